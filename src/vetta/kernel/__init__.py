"""The words of the business as values: money, rates, periods, calendars, timelines, problems.

Standard library only. Everything is immutable; nothing here reads a clock, a file or a setting.
"""

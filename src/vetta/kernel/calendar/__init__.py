"""Business calendars: fiscal months, quarters and years, weeks, time zone, working days."""

from vetta.kernel.calendar.business import Calendar, Grain
from vetta.kernel.calendar.years import YearNaming

__all__ = ["Calendar", "Grain", "YearNaming"]

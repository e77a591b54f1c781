"""The demo company: a seeded generator of people and facts, with truths planted in them.

``company.generate`` writes Parquet files, ``install.install`` brings them in through the import
door and makes the demo's users. What is planted, and how to find it: ``docs/demo.md``.
"""

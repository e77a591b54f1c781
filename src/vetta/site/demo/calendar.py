"""When things happen: seasons, working hours, holidays taken, the pull of a quarter's end."""

from __future__ import annotations

import numpy as np

from vetta.site.demo.scale import Scale
from vetta.site.demo.workforce import Workforce

# Share of a usual month's new deals, January to December; August rests, autumn is busy.
SEASON = np.array([0.92, 1.0, 1.12, 0.98, 1.02, 1.06, 0.86, 0.58, 1.14, 1.14, 1.12, 0.86])
GROWTH_PER_YEAR = 0.06


def years(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def months(days: np.ndarray) -> np.ndarray:
    """The month of each day, 0 for January."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12


def working(days: np.ndarray) -> np.ndarray:
    """The same days, those on a weekend moved to the Monday after."""
    weekday = (days + 3) % 7  # Monday is 0
    return days + np.where(weekday == 5, 2, np.where(weekday == 6, 1, 0))


def quarter_ends(days: np.ndarray) -> np.ndarray:
    """The last day of the calendar quarter of each day."""
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    first_after = (month // 3 + 1) * 3
    return first_after.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - 1


class Holidays:
    """Two or three weeks each summer, chosen by each person, and the days around Christmas."""

    def __init__(self, scale: Scale, force: Workforce) -> None:
        random = scale.random("holidays")
        span = (len(force.people), 6)
        self.first_year = scale.starts_on.year - 1
        self.begin = np.array(
            [np.datetime64(f"{self.first_year + year}-07-01").astype(np.int64) for year in range(6)]
        )[None, :] + random.integers(0, 45, span)
        self.length = random.choice([14, 14, 21], span)

    def back(self, people: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Each day, or the first day back at work where the person was away on it."""
        year = np.clip(years(days) - self.first_year, 0, 5)
        who = np.maximum(people, 0)
        begin, length = self.begin[who, year], self.length[who, year]
        away = (days >= begin) & (days < begin + length)
        out = np.where(away, begin + length, days)
        begins = (years(out) - 1970).astype("datetime64[Y]").astype("datetime64[D]")
        begins = begins.astype(np.int64)
        eve = begins + 357 + _leap(years(out))
        out = np.where(out >= eve, eve + 9, np.where(out == begins, out + 1, out))
        return working(out)

    def away(self, people: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Whether each person was away on each working day."""
        return self.back(people, days) != working(days)


def _leap(year: np.ndarray) -> np.ndarray:
    return ((year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))).astype(np.int64)

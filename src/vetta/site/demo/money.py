"""What selling costs, and the quotas that people are measured against."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np

from vetta.site.demo.funnel import World
from vetta.site.demo.market import LEAD_CHANNELS
from vetta.site.demo.names import COUNTRIES
from vetta.site.demo.orders import make_table
from vetta.site.demo.scale import Scale, day_number
from vetta.site.demo.touch import campaigns
from vetta.site.demo.workforce import Kind, Seat

# Base pay a month in EUR, before the country's price level is applied.
BASE_PAY: dict[Kind, int] = {
    "executive": 13_500,
    "staff": 5_400,
    "director": 9_200,
    "manager": 6_900,
    "account_executive": 4_700,
    "development": 3_200,
    "account_manager": 4_300,
}
VARIABLE_SHARE: dict[Kind, float] = {
    "executive": 0.35,
    "staff": 0.05,
    "director": 0.35,
    "manager": 0.35,
    "account_executive": 0.55,
    "development": 0.3,
    "account_manager": 0.35,
}
TOOLS_PER_PERSON = 310
ENABLEMENT_PER_PERSON = 140
CHANNEL_COST = {
    "inbound": 5_200,
    "outbound": 1_900,
    "partner": 2_600,
    "referral": 600,
    "events": 8_400,
}
CATEGORIES = ("base_pay", "variable_pay", "tools", "enablement", "marketing")

TYPICAL_ATTAINMENT = 0.96
ROUND_QUOTA = 1_000
SEASON_OF_QUARTER = np.array([1.0, 0.99, 0.94, 1.07])


def cost_table(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """Pay, tools and enablement by team and month; marketing by campaign and month."""
    scale, force = world.scale, world.force
    months = scale.month_starts()[:-1]
    months = months[months <= scale.last]
    random = scale.random("costs")
    teams = {team.team_id: index for index, team in enumerate(force.teams)}
    heads: dict[str, np.ndarray] = {}
    pay = np.zeros((len(teams), len(months)))
    variable, people = pay.copy(), pay.copy()
    for tenure in force.tenures:
        seat = force.seats[tenure.seat]
        held = ((tenure.starts <= months) & (months < tenure.ends)) * tenure.share / 100
        row = teams[seat.team]
        pay[row] += held * BASE_PAY[seat.kind]
        variable[row] += held * BASE_PAY[seat.kind] * VARIABLE_SHARE[seat.kind]
        people[row] += held
    variable *= random.uniform(0.7, 1.25, variable.shape)
    heads["base_pay"], heads["variable_pay"] = pay, variable
    heads["tools"] = people * TOOLS_PER_PERSON
    heads["enablement"] = people * ENABLEMENT_PER_PERSON
    regions = np.array([_region(world, team.region) for team in force.teams])
    grid_team, grid_month = np.meshgrid(np.arange(len(teams)), months, indexing="ij")
    parts = []
    for category, amount in heads.items():
        some = amount.ravel() > 0
        parts.append(
            {
                "category": np.full(int(some.sum()), CATEGORIES.index(category)),
                "team": grid_team.ravel()[some],
                "campaign": np.zeros(int(some.sum()), dtype=np.int64),
                "region": regions[grid_team.ravel()[some]],
                "day": grid_month.ravel()[some],
                "euro": amount.ravel()[some],
            }
        )
    parts.append(_marketing(world, months, random))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    euro = columns.pop("euro")
    factor = np.array([c.price_factor for c in COUNTRIES])[columns["region"]]
    columns["amount"] = np.round(euro * factor).astype(np.int64)  # cents: factor is in percent
    make_table(con, "cost_rows", cost=np.arange(len(euro)) + 1, **columns)
    make_table(
        con,
        "teams",
        team=np.arange(len(teams)),
        team_id=list(teams),
        team_name=[team.name for team in force.teams],
    )
    make_table(con, "categories", category=np.arange(len(CATEGORIES)), label=list(CATEGORIES))


def _region(world: World, region: str | None) -> int:
    """The country in which a team is paid; the head office is in Italy."""
    names = [country.region for country in COUNTRIES]
    return names.index(region) if region in names else names.index("South")


def _marketing(
    world: World, months: np.ndarray, random: np.random.Generator
) -> dict[str, np.ndarray]:
    truth = world.scale.truths.channel
    cost = dict(CHANNEL_COST)
    cost[truth.channel] = truth.monthly_cost_per_region
    channel, region, day = (
        part.ravel()
        for part in np.meshgrid(
            np.arange(len(LEAD_CHANNELS)), np.arange(len(COUNTRIES)), months, indexing="ij"
        )
    )
    euro = np.array([cost[name] for name in LEAD_CHANNELS])[channel].astype(float)
    # The larger the organisation, the more it spends.
    euro = euro * world.scale.people / 60 * random.uniform(0.85, 1.15, len(euro))
    return {
        "category": np.full(len(euro), CATEGORIES.index("marketing")),
        "team": np.full(len(euro), -1),
        "campaign": campaigns(channel, region, day),
        "region": region,
        "day": day + 2,
        "euro": euro,
    }


def quarter_bounds(scale: Scale) -> np.ndarray:
    """The first days of the calendar quarters that touch the three years, and of the next."""
    starts = [
        day_number(date(year, month, 1))
        for year in range(scale.starts_on.year, scale.ends_on.year + 2)
        for month in (1, 4, 7, 10)
    ]
    inside = [day for day in starts if day > scale.first - 92 and day <= scale.last + 92]
    return np.array(inside, dtype=np.int64)


def quota_table(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """A quota in EUR a person and quarter: the trend of bookings, shared by time and ramp.

    Quotas know seniority and ramp, not luck: the spread of attainment comes from the facts.
    """
    bounds = quarter_bounds(world.scale)
    rows: list[tuple[int, int, int, int]] = []
    for kind in ("account_executive", "account_manager"):
        weights = _weights(world, kind, bounds)
        if not weights.sum():
            continue
        booked = _booked(con, weights.any(axis=1), bounds)
        amounts = _trend(world.scale, bounds, booked)[None, :] / TYPICAL_ATTAINMENT
        total = weights.sum(axis=0)
        quota = np.divide(weights * amounts, total[None, :], where=total > 0, out=weights * 0)
        quota = (np.round(quota / ROUND_QUOTA) * ROUND_QUOTA).astype(np.int64)
        for person, quarter in zip(*np.nonzero(quota), strict=True):
            rows.append((int(person), bounds[quarter], bounds[quarter + 1], quota[person, quarter]))
    columns = np.array(sorted(rows), dtype=np.int64).reshape(-1, 4)
    make_table(
        con,
        "quota_rows",
        person=columns[:, 0],
        starts=columns[:, 1],
        ends=columns[:, 2],
        amount=columns[:, 3],
    )


def _weights(world: World, kind: Kind, bounds: np.ndarray) -> np.ndarray:
    """How much of a full, ramped seat each person is worth in each quarter."""
    force, truths = world.force, world.scale.truths
    out = np.zeros((len(force.people), len(bounds) - 1))
    begin, end = bounds[:-1], bounds[1:]
    for tenure in force.tenures:
        seat: Seat = force.seats[tenure.seat]
        if seat.kind != kind:
            continue
        days = np.clip(np.minimum(end, tenure.ends) - np.maximum(begin, tenure.starts), 0, None)
        middle = (np.maximum(begin, tenure.starts) + end) / 2
        months = (middle - tenure.starts) / 30.44 - 2.0  # deals take two months to close
        ramped = np.clip(0.2 + 0.8 * months / truths.cohort.usual_ramp_months, 0.22, 1.0)
        out[tenure.person] += days / (end - begin) * ramped * tenure.share / 100
    return out


def _booked(con: duckdb.DuckDBPyConnection, carriers: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Bookings of these people in EUR at list rates, by quarter."""
    make_table(con, "carriers", person=np.flatnonzero(carriers))
    days = con.execute(
        "SELECT day, sum(net * 1.0 / price_factor) FROM booked "
        "JOIN carriers USING (person) JOIN countries USING (region) GROUP BY day ORDER BY day"
    ).fetchnumpy()
    day, amount = (np.asarray(column, dtype=float) for column in days.values())
    quarter = np.searchsorted(bounds, day, side="right") - 1
    return np.bincount(quarter, weights=amount, minlength=len(bounds) - 1)


def _trend(scale: Scale, bounds: np.ndarray, booked: np.ndarray) -> np.ndarray:
    """A straight line through the whole quarters, with the season's shape on it."""
    season = SEASON_OF_QUARTER[
        (bounds[:-1].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12) // 3
    ]
    whole = (bounds[:-1] >= scale.first) & (bounds[1:] <= scale.last + 1)
    place = np.arange(len(season))
    slope, level = np.polyfit(place[whole], booked[whole] / season[whole], 1)
    return np.maximum((level + slope * place) * season, 0.0)

"""Orders and their lines: those of won deals, and the flow of repeat orders of consumables.

Deals are few and made with NumPy; repeat orders may be millions and are made inside DuckDB from
hashes of their row number, which gives the same rows however many threads work. All money is
whole cents until the last step writes it as a decimal.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from vetta.site.demo.calendar import GROWTH_PER_YEAR, SEASON, months
from vetta.site.demo.funnel import RENEWAL, Deals, World
from vetta.site.demo.market import (
    CHANNELS,
    DEAL_FAMILIES,
    FAMILIES,
    PRODUCTS,
    WEBSHOP,
    contract_of_family,
    local_prices,
    products_of_family,
)
from vetta.site.demo.names import COUNTRIES

LINES_PER_DEAL = (0.25, 0.35, 0.25, 0.15)
REPEAT_LINES_PER_PERSON = 230
LINES_PER_ORDER = 2
CANCELLED_PER_MILLE = 35
DAY_SLOTS = 65_536

# Random whole numbers below `width`, from a row's number and a purpose: see module docstring.
MACROS = """
CREATE OR REPLACE MACRO pick(number, purpose, width) AS
    (hash(number::BIGINT, purpose::INTEGER, {seed}::BIGINT) % width::UBIGINT)::BIGINT;
CREATE OR REPLACE MACRO cents(amount) AS
    CAST(CAST(amount AS DECIMAL(16,0)) * CAST(0.01 AS DECIMAL(2,2)) AS DECIMAL(18,4));
CREATE OR REPLACE MACRO day(number) AS DATE '1970-01-01' + number::INTEGER;
"""

EVENTS = """
CREATE OR REPLACE VIEW progress AS
SELECT *,
    day + 2 + pick(number, 1, 18) AS cancel_day,
    pick(number, 2, 1000) < {cancelled} AS is_cancelled,
    CASE WHEN quantity < 2 OR pick(number, 3, 10) < 6 THEN quantity
         ELSE quantity // 2 END AS cancel_quantity,
    day + 21 + pick(number, 4, 12) AS invoice_day,
    day + 21 + pick(number, 4, 12) + 18 + pick(number, 5, 45) AS pay_day
FROM booked;
CREATE OR REPLACE VIEW settled AS
SELECT *,
    CASE WHEN is_cancelled AND cancel_day <= {last} THEN cancel_quantity ELSE 0 END AS gone,
    CASE WHEN is_cancelled AND cancel_day <= {last}
         THEN (net * cancel_quantity) // quantity ELSE 0 END AS gone_net,
    CASE WHEN is_cancelled AND cancel_day <= {last}
         THEN (cost * cancel_quantity) // quantity ELSE 0 END AS gone_cost
FROM progress;
CREATE OR REPLACE VIEW line_events AS
SELECT 'booked' AS event, 'B' AS letter, day AS event_day, quantity AS units, net AS amount,
    cost AS spent, 0 AS relates, 0 AS cancels, * FROM settled
UNION ALL
SELECT 'cancelled', 'C', cancel_day, -gone, -gone_net, -gone_cost, 0, 1, *
FROM settled WHERE gone > 0
UNION ALL
SELECT 'invoiced', 'I', invoice_day, quantity - gone, net - gone_net, cost - gone_cost, 1, 0, *
FROM settled WHERE invoice_day <= {last} AND gone < quantity
UNION ALL
SELECT 'paid', 'P', pay_day, quantity - gone, net - gone_net, NULL, 1, 0, *
FROM settled WHERE pay_day <= {last} AND gone < quantity;
"""

REPEAT = """
INSERT INTO booked
SELECT
    {first_number} + row AS number,
    {first_order} + row // {per_order} AS order_number,
    account, 0 AS deal, person, channel, product, quantity,
    (quantity * price * (10000 - discount) + 5000) // 10000 AS net,
    (quantity * price * cost_percent + 50) // 100 AS cost,
    discount, region, day, true AS is_repeat
FROM (
    SELECT row, s.account, o.person, {webshop} AS channel, p.product,
        1 + pick(row, 11, {most}) AS quantity, l.price, p.cost_percent,
        pick(row // {per_order}, 12, 5) * 150 AS discount, s.region, d.day
    FROM range({rows}) AS numbers(row)
    JOIN repeat_days AS d ON d.slot = pick(row // {per_order}, 13, {slots})
    JOIN repeat_accounts AS s
      ON s.slot = (pick(row // {per_order}, 14, {accounts}) * pick(row // {per_order}, 15, 1000))
                  // 1000
    JOIN repeat_products AS p ON p.slot = pick(row, 16, {products})
    JOIN price_list AS l ON l.product = p.product AND l.region = s.region
    JOIN seat_days AS o ON o.seat = s.seat AND o.day = d.day
)
"""


def prepare(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """The small tables and macros that every SQL step of the generator uses."""
    scale = world.scale
    con.execute(MACROS.format(seed=scale.seed))
    regions = range(len(COUNTRIES))
    make_table(
        con,
        "countries",
        region=np.arange(len(COUNTRIES)),
        country=[c.code for c in COUNTRIES],
        region_name=[c.region for c in COUNTRIES],
        currency=[c.currency for c in COUNTRIES],
        price_factor=[c.price_factor for c in COUNTRIES],
    )
    make_table(
        con,
        "catalogue",
        product=np.arange(len(PRODUCTS)),
        product_id=[p.product_id for p in PRODUCTS],
        name=[p.name for p in PRODUCTS],
        family=[p.family for p in PRODUCTS],
        price=[p.price for p in PRODUCTS],
        is_active=[p.is_active for p in PRODUCTS],
        is_contract=[p.is_contract for p in PRODUCTS],
    )
    prices = local_prices()
    make_table(
        con,
        "price_list",
        region=np.repeat(list(regions), len(PRODUCTS)),
        product=np.tile(np.arange(len(PRODUCTS)), len(COUNTRIES)),
        price=prices.ravel(),
    )
    make_table(con, "channels", channel=np.arange(len(CHANNELS)), channel_name=list(CHANNELS))
    make_table(
        con,
        "persons",
        person=np.arange(len(world.force.people)),
        person_id=[p.person_id for p in world.force.people],
    )
    con.execute(
        "CREATE TABLE booked (number BIGINT, order_number BIGINT, account BIGINT, deal BIGINT, "
        "person BIGINT, channel BIGINT, product BIGINT, quantity BIGINT, net BIGINT, cost BIGINT, "
        "discount BIGINT, region BIGINT, day BIGINT, is_repeat BOOLEAN)"
    )
    con.execute(EVENTS.format(cancelled=CANCELLED_PER_MILLE, last=scale.last))


def book_deals(con: duckdb.DuckDBPyConnection, world: World, deals: Deals) -> np.ndarray:
    """Book an order for every won deal; returns each deal's amount in local cents (0: not won).

    Deals are numbered from 1 in the order of ``deals``; orders and lines likewise.
    """
    random = world.scale.random("deal lines")
    won = np.flatnonzero(deals.outcome == 1)
    renewal = deals.type[won] == RENEWAL
    lines = np.where(renewal, 1, random.choice(4, size=len(won), p=LINES_PER_DEAL) + 1)
    deal = np.repeat(won, lines)
    first = np.repeat(np.cumsum(lines) - lines, lines)
    place = np.arange(len(deal)) - first
    product = _products(random, deals, deal, place)
    weight = np.where(place == 0, 2.2, 0.6 + random.random(len(deal)))
    total = np.add.reduceat(weight, np.cumsum(lines) - lines) if len(won) else weight
    share = weight / np.repeat(total, lines)
    region = deals.region[deal]
    price = local_prices()[region, product]
    factor = np.array([c.price_factor for c in COUNTRIES])[region]
    discount = _discounts(world, random, deals, won, lines)
    wanted = deals.target[deal] * factor * share  # local cents
    quantity = np.maximum(np.round(wanted * 10_000 / (price * (10_000 - discount))), 1)
    quantity = quantity.astype(np.int64)
    net = (quantity * price * (10_000 - discount) + 5_000) // 10_000
    cost_percent = np.array([p.cost_percent for p in PRODUCTS])[product]
    rows = pa.table(
        {
            "number": np.arange(len(deal)) + 1,
            "order_number": np.repeat(np.arange(len(won)), lines) + 1,
            "account": deals.account[deal],
            "deal": deal + 1,
            "person": deals.owner[deal],
            "channel": deals.channel[deal],
            "product": product,
            "quantity": quantity,
            "net": net,
            "cost": (quantity * price * cost_percent + 50) // 100,
            "discount": discount,
            "region": region,
            "day": deals.closed[deal],
            "is_repeat": np.zeros(len(deal), dtype=bool),
        }
    )
    con.register("deal_lines", rows)
    con.execute("INSERT INTO booked SELECT * FROM deal_lines")
    con.unregister("deal_lines")
    return np.bincount(deal, weights=net, minlength=len(deals)).round().astype(np.int64)


def _products(
    random: np.random.Generator, deals: Deals, deal: np.ndarray, place: np.ndarray
) -> np.ndarray:
    """The product of each line: the deal's family first, then often something beside it."""
    beside = np.array([FAMILIES.index(name) for name in ("Services", "Consumables", "Sensors")])
    family = deals.family[deal]
    other = (place > 0) & (random.random(len(deal)) < 0.45)
    family = np.where(other, beside[random.integers(0, len(beside), len(deal))], family)
    dice = random.random(len(deal))
    product = np.zeros(len(deal), dtype=np.int64)
    for index in range(len(FAMILIES)):
        choices = products_of_family(index)
        picked = choices[(dice * len(choices)).astype(np.int64)]
        product = np.where(family == index, picked, product)
    renewed = deals.type[deal] == RENEWAL
    return np.where(renewed, contract_of_family()[deals.family[deal]], product)


def _discounts(
    world: World, random: np.random.Generator, deals: Deals, won: np.ndarray, lines: np.ndarray
) -> np.ndarray:
    """The discount of each line in hundredths of a percent, in steps of half a percent."""
    truth = world.scale.truths.discounter
    generous = deals.owner[won] == world.force.named(truth.person).index
    mean = np.where(generous, truth.discount, truth.usual)
    mean = np.where(deals.type[won] == RENEWAL, mean / 3, mean)
    given = np.clip(random.normal(mean, 0.035), 0.0, 0.35)
    return np.repeat((given * 200).round().astype(np.int64) * 50, lines)


def book_repeats(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """Book the repeat orders: a natural number of them, or as many as the scale asks for."""
    _repeat_tables(con, world)
    usual = REPEAT_LINES_PER_PERSON * world.scale.people
    wanted = world.scale.order_lines
    if wanted is None:
        _insert_repeats(con, world, usual, usual)
        return
    made = _count(con, "SELECT count(*) FROM line_events")
    trial = 20_000
    _insert_repeats(con, world, trial, usual)
    each = (_count(con, "SELECT count(*) FROM line_events") - made) / trial
    con.execute("DELETE FROM booked WHERE is_repeat")
    _insert_repeats(con, world, max(round((wanted - made) / each), 0), usual)


def _insert_repeats(con: duckdb.DuckDBPyConnection, world: World, rows: int, usual: int) -> None:
    numbers = con.execute("SELECT max(number) + 1, max(order_number) + 1 FROM booked").fetchone()
    assert numbers is not None
    # Where many more orders are asked for, each one is smaller.
    most = int(np.clip(22 * (usual / max(rows, 1)) ** 0.5, 2, 22))
    con.execute(
        REPEAT.format(
            first_number=numbers[0],
            first_order=numbers[1],
            per_order=LINES_PER_ORDER,
            webshop=WEBSHOP,
            most=most,
            rows=rows,
            slots=DAY_SLOTS,
            accounts=_count(con, "SELECT count(*) FROM repeat_accounts"),
            products=_count(con, "SELECT count(*) FROM repeat_products"),
        )
    )


def _repeat_tables(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """Who orders again, what, and on which days; who answered for them on each day."""
    scale, force = world.scale, world.force
    days = np.arange(scale.first, scale.last + 1)
    weight = SEASON[months(days)] * (1 + GROWTH_PER_YEAR) ** ((days - scale.first) / 365.25)
    weight = weight * np.where((days + 3) % 7 < 5, 1.0, 0.12)
    edges = np.cumsum(weight) / weight.sum()
    slots = (np.arange(DAY_SLOTS) + 0.5) / DAY_SLOTS
    make_table(
        con, "repeat_days", slot=np.arange(DAY_SLOTS), day=days[np.searchsorted(edges, slots)]
    )
    random = scale.random("repeat accounts")
    chosen = random.permutation(len(world.accounts))[: len(world.accounts) * 3 // 5]
    make_table(
        con,
        "repeat_accounts",
        slot=np.arange(len(chosen)),
        account=chosen,
        seat=world.accounts.seat[chosen],
        region=world.accounts.region[chosen],
    )
    sold = [index for index, p in enumerate(PRODUCTS) if p.family not in DEAL_FAMILIES]
    make_table(
        con,
        "repeat_products",
        slot=np.arange(len(sold)),
        product=sold,
        cost_percent=[PRODUCTS[index].cost_percent for index in sold],
    )
    seats = np.unique(world.accounts.seat)
    seat, day = np.repeat(seats, len(days)), np.tile(days, len(seats))
    make_table(con, "seat_days", seat=seat, day=day, person=force.owners(seat, day))


def _count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


def make_table(con: duckdb.DuckDBPyConnection, table: str, **columns: object) -> None:
    """A DuckDB table of these columns."""
    con.register("incoming", pa.table(columns))
    con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM incoming")  # noqa: S608
    con.unregister("incoming")

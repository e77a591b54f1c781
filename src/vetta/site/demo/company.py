"""One demo company from its parameters to a folder of Parquet files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from vetta.site.demo import money, orders, touch
from vetta.site.demo.calendar import Holidays
from vetta.site.demo.funnel import NEVER, STAGES, TYPES, Deals, World, make_deals
from vetta.site.demo.market import (
    FAMILIES,
    INDUSTRIES,
    SEGMENTS,
    make_accounts,
    make_rates,
)
from vetta.site.demo.names import COUNTRIES
from vetta.site.demo.organisation import write_organisation
from vetta.site.demo.scale import Scale
from vetta.site.demo.tables import TABLES
from vetta.site.demo.workforce import Workforce, build_workforce

LOST_REASONS = ("price", "no decision", "competitor", "timing", "missing feature")
LOST_SHARES = (0.27, 0.31, 0.2, 0.13, 0.09)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Company:
    """What was written: the folder, one file a table, and the rows in each."""

    folder: Path
    scale: Scale
    force: Workforce
    rows: dict[str, int]
    content_hash: str


def generate(scale: Scale, folder: Path, progress: Progress | None = None) -> Company:
    """Make the company of ``scale`` and write its tables as Parquet files into ``folder``."""
    say = progress or (lambda step: None)
    folder.mkdir(parents=True, exist_ok=True)
    say("people")
    force = build_workforce(scale)
    world = World(scale, force, make_accounts(scale, force), Holidays(scale, force))
    con = duckdb.connect()
    try:
        con.execute("SET TimeZone = 'UTC'")
        orders.prepare(con, world)
        say("deals")
        deals = make_deals(world)
        booked = orders.book_deals(con, world, deals)
        _world_tables(con, world)
        _deal_tables(con, world, deals, booked)
        say("orders")
        orders.book_repeats(con, world)
        say("activities")
        leads = touch.make_leads(world, deals)
        touch.lead_tables(con, world, leads)
        touch.activity_table(con, world, deals, leads)
        touch.outreach_table(con, world, leads)
        touch.survey_table(con, world, deals)
        touch.split_table(con, world, deals)
        say("costs and quotas")
        money.cost_table(con, world)
        money.quota_table(con, world)
        say("files")
        rows = {name: _write(con, folder, name, sql) for name, sql in TABLES.items()}
        rows |= write_organisation(world, folder)
        return Company(folder, scale, force, rows, content_hash(folder))
    finally:
        con.close()


def _write(con: duckdb.DuckDBPyConnection, folder: Path, name: str, sql: str) -> int:
    path = str(folder / f"{name}.parquet").replace("'", "''")
    written = con.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)").fetchone()
    assert written is not None
    return int(written[0])


def content_hash(folder: Path) -> str:
    """A digest of every row of every file, whatever their order and encoding."""
    digest = hashlib.sha256()
    with duckdb.connect() as con:
        for path in sorted(folder.glob("*.parquet")):
            found = con.execute(
                "SELECT count(*), sum(hash(rows)) FROM read_parquet(?) AS rows", [str(path)]
            ).fetchone()
            digest.update(f"{path.stem}:{found}\n".encode())
    return digest.hexdigest()


def _world_tables(con: duckdb.DuckDBPyConnection, world: World) -> None:
    accounts = world.accounts
    cities = [[city for city, _ in country.cities] for country in COUNTRIES]
    codes = [[code for _, code in country.cities] for country in COUNTRIES]
    orders.make_table(
        con,
        "account_rows",
        account=np.arange(len(accounts)),
        name=accounts.names,
        region=accounts.region,
        segment=np.array(SEGMENTS)[accounts.segment],
        industry=np.array(INDUSTRIES)[accounts.industry],
        city=np.array(cities)[accounts.region, accounts.city],
        postal_code=np.array(codes)[accounts.region, accounts.city],
        person=world.force.owners(
            accounts.seat, np.full(len(accounts), world.scale.last, dtype=np.int64)
        ),
        created=accounts.created,
        employees=accounts.employees,
        revenue=accounts.revenue,
        partner=accounts.partner,
        parent=accounts.parent,
    )
    orders.make_table(con, "rate_rows", **make_rates(world.scale))


def _deal_tables(
    con: duckdb.DuckDBPyConnection, world: World, deals: Deals, booked: np.ndarray
) -> None:
    random = world.scale.random("deal details")
    factor = np.array([country.price_factor for country in COUNTRIES])[deals.region]
    # What is not won is worth what its owner believes, in round figures of local money.
    guessed = deals.target * factor // 10_000 * 10_000
    number = np.arange(len(deals)) + 1
    orders.make_table(
        con,
        "deal_rows",
        deal=number,
        account=deals.account,
        person=deals.owner,
        region=deals.region,
        type=np.array(TYPES)[deals.type],
        family=np.array(FAMILIES)[deals.family],
        channel=deals.channel,
        amount=np.where(deals.outcome == 1, booked, np.maximum(guessed, 10_000)),
        stage=np.array(STAGES)[deals.stage],
        reached=np.array(STAGES)[3 - (deals.entered < NEVER)[:, ::-1].argmax(axis=1)],
        outcome=deals.outcome,
        created=deals.created,
        planned=np.where(deals.outcome >= 0, deals.closed, deals.planned),
        closed=np.ma.masked_array(deals.closed, deals.closed >= NEVER),
        reason=random.choice(np.array(LOST_REASONS), size=len(deals), p=LOST_SHARES),
    )
    _stage_rows(con, world, deals)


def _stage_rows(con: duckdb.DuckDBPyConnection, world: World, deals: Deals) -> None:
    """One row a move: into each stage that was entered, then to won or lost."""
    random = world.scale.random("stage times")
    deal, stage = np.nonzero(deals.entered < NEVER)
    day = deals.entered[deal, stage]
    closed = np.flatnonzero(deals.outcome >= 0)
    deal = np.concatenate([deal, closed])
    stage = np.concatenate([stage, deals.stage[closed]])
    day = np.concatenate([day, deals.closed[closed]])
    order = np.lexsort((day, deal))
    deal, stage, day = deal[order], stage[order], day[order]
    again = np.concatenate([[False], deal[1:] == deal[:-1]])
    before = np.where(again, np.concatenate([[-1], stage[:-1]]), -1)
    names = np.array([*STAGES, ""])
    orders.make_table(
        con,
        "stage_rows",
        deal=deal + 1,
        from_stage=names[before],
        to_stage=names[stage],
        moment=touch.clock(random, day),
        person=world.force.owners(deals.seat[deal], day),
    )

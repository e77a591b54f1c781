"""What people did: leads answered, calls and meetings, outreach; what customers said of it."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from vetta.site.demo.calendar import months, working, years
from vetta.site.demo.funnel import NEVER, NEW, RENEWAL, Deals, World
from vetta.site.demo.market import CHANNELS, FAMILIES, LEAD_CHANNEL_SHARES, LEAD_CHANNELS
from vetta.site.demo.names import COUNTRIES
from vetta.site.demo.orders import make_table

OUTBOUND = CHANNELS.index("outbound")
ACTIVITY_TYPES = ("call", "email", "meeting", "demo", "visit")
ACTIVITY_SHARES = (0.36, 0.36, 0.16, 0.08, 0.04)
MINUTES = np.array([7.0, 0.0, 42.0, 55.0, 95.0])
OUTREACH_STEPS = 4
DAY_SECONDS = 86_400


@dataclass
class Leads:
    """Leads as arrays of one entry a lead; times in whole seconds since 1970 (UTC)."""

    region: np.ndarray
    account: np.ndarray
    channel: np.ndarray
    owner: np.ndarray
    created: np.ndarray
    answered: np.ndarray  # first contact; NEVER where nobody answered
    qualified: np.ndarray
    deal: np.ndarray  # index of the deal, −1 for none

    def __len__(self) -> int:
        return len(self.region)


def clock(random: np.random.Generator, days: np.ndarray) -> np.ndarray:
    """A moment of the working day (7:30 to 16:30 UTC) on each day, in seconds since 1970."""
    return days * DAY_SECONDS + random.integers(27_000, 59_400, len(days))


def make_leads(world: World, deals: Deals) -> Leads:
    """The leads that became deals, and those that did not."""
    random = world.scale.random("leads")
    truth = world.scale.truths.response
    first = deals.created >= world.scale.first + 12
    came = np.flatnonzero((deals.type == NEW) & first & (random.random(len(deals)) < 0.86))
    names = np.array([country.region for country in COUNTRIES])
    slow_region = int(np.flatnonzero(names == truth.region)[0])
    region = [deals.region[came]]
    account, channel, deal = [deals.account[came]], [deals.channel[came]], [came]
    day = [deals.created[came] - random.integers(3, 11, len(came))]
    for index in range(len(COUNTRIES)):
        share = truth.qualified if index == slow_region else truth.usual
        count = round(int((region[0] == index).sum()) * (1 - share) / share)
        mine = np.flatnonzero(world.accounts.region == index)
        region.append(np.full(count, index))
        account.append(mine[random.integers(0, len(mine), count)])
        channel.append(random.choice(len(LEAD_CHANNELS), size=count, p=LEAD_CHANNEL_SHARES))
        deal.append(np.full(count, -1))
        span = world.scale.last - world.scale.first
        day.append(world.scale.first + (span * random.random(count) ** 0.92).astype(np.int64))
    where, days, deal_of = np.concatenate(region), np.concatenate(day), np.concatenate(deal)
    created = clock(random, working(days))
    lost = deal_of < 0
    created = np.where(lost, np.minimum(created, world.scale.last * DAY_SECONDS), created)
    hours = np.where(where == slow_region, truth.hours, truth.usual_hours)
    lag = hours * 3_600 * np.exp(random.normal(-0.15, 0.55, len(where)))
    opened = clock(random, deals.created[deal_of])
    opened = np.where(lost, NEVER * DAY_SECONDS, opened)
    # Whoever converts was answered before that; the rest may never have been.
    answered = np.minimum(created + lag.astype(np.int64), opened - 90_000)
    answered = np.maximum(answered, created + 300)
    weekend = working(answered // DAY_SECONDS) - answered // DAY_SECONDS
    monday = answered + weekend * DAY_SECONDS  # nobody is there on Saturday
    answered = np.where(monday <= opened - 80_100, monday, answered)
    ignored = lost & (random.random(len(where)) < 0.07)
    late = answered > (world.scale.last + 1) * DAY_SECONDS
    seats = _lead_seats(world, where, np.arange(len(where)))
    made = Leads(
        region=where,
        account=np.concatenate(account),
        channel=np.concatenate(channel),
        owner=world.force.owners(seats, created // DAY_SECONDS),
        created=created,
        answered=np.where(ignored | late, NEVER * DAY_SECONDS, answered),
        qualified=np.where(lost, NEVER * DAY_SECONDS, np.maximum(opened - 80_000, answered + 60)),
        deal=deal_of,
    )
    order = np.lexsort((made.deal, made.account, made.created))
    return Leads(*(getattr(made, name)[order] for name in Leads.__dataclass_fields__))


def _lead_seats(world: World, region: np.ndarray, number: np.ndarray) -> np.ndarray:
    """The seat that answers each lead: its region's development seats in turn, else sellers."""
    force = world.force
    out = np.zeros(len(region), dtype=np.int64)
    for index in range(len(COUNTRIES)):
        for kinds in (("development",), ("account_executive",)):
            seats = force.of_kind(*kinds)  # type: ignore[arg-type]
            mine = seats[force.seat_region[seats] == index] if len(seats) else seats
            if len(mine):
                out = np.where(region == index, mine[number % len(mine)], out)
                break
    return out


def lead_tables(con: duckdb.DuckDBPyConnection, world: World, leads: Leads) -> None:
    """Leads and their first contact, as tables of whole numbers."""
    make_table(
        con,
        "lead_rows",
        lead=np.arange(len(leads)) + 1,
        account=leads.account,
        region=leads.region,
        channel=leads.channel,
        person=leads.owner,
        created=leads.created,
        answered=_known(leads.answered),
        qualified=_known(leads.qualified),
        deal=np.where(leads.deal < 0, 0, leads.deal + 1),
        campaign=campaigns(leads.channel, leads.region, leads.created // DAY_SECONDS),
        open_now=leads.created // DAY_SECONDS > world.scale.last - 30,
    )


def campaigns(channel: np.ndarray, region: np.ndarray, days: np.ndarray) -> np.ndarray:
    """The campaign of each row: one a channel, region and quarter; as a whole number."""
    return (years(days) * 10 + months(days) // 3 + 1) * 100 + channel * 10 + region


def activity_table(
    con: duckdb.DuckDBPyConnection, world: World, deals: Deals, leads: Leads
) -> None:
    """Calls, mails, meetings of every deal, and the first contact of every lead."""
    random = world.scale.random("activities")
    last = np.minimum(deals.closed, world.scale.last)
    begin = np.maximum(deals.created, world.scale.first)
    depth = (deals.entered < NEVER).sum(axis=1)
    count = np.where(last > begin, random.poisson(1.1 + 1.1 * depth), 0)
    deal = np.repeat(np.arange(len(deals)), count)
    day = begin[deal] + ((last - begin)[deal] * random.random(len(deal))).astype(np.int64)
    day = working(day)
    person = world.force.owners(deals.seat[deal], day)
    kept = ~world.holidays.away(person, day) & (day <= world.scale.last)
    deal, day, person = deal[kept], day[kept], person[kept]
    kind = random.choice(len(ACTIVITY_TYPES), size=len(deal), p=ACTIVITY_SHARES)
    seen = leads.answered < NEVER * DAY_SECONDS
    answered = np.flatnonzero(seen)
    first = random.integers(0, 2, len(answered))
    kind = np.concatenate([kind, first])
    spread = np.exp(random.normal(0, 0.4, len(kind)))
    make_table(
        con,
        "activity_rows",
        activity=np.arange(len(kind)) + 1,
        kind=kind,
        person=np.concatenate([person, leads.owner[answered]]),
        account=np.concatenate([deals.account[deal], leads.account[answered]]),
        deal=np.concatenate([deal + 1, np.zeros(len(answered), dtype=np.int64)]),
        lead=np.concatenate([np.zeros(len(deal), dtype=np.int64), answered + 1]),
        moment=np.concatenate([clock(random, day), leads.answered[answered]]),
        seconds=(MINUTES[kind] * 60 * spread).astype(np.int64),
        reached=random.random(len(kind)) < 0.62,
    )
    make_table(con, "activity_kinds", kind=np.arange(5), kind_name=list(ACTIVITY_TYPES))


def outreach_table(con: duckdb.DuckDBPyConnection, world: World, leads: Leads) -> None:
    """The steps of the outbound sequences: sent, opened, replied, met, or bounced."""
    random = world.scale.random("outreach")
    mine = np.flatnonzero(leads.channel == OUTBOUND)
    met = leads.deal[mine] >= 0
    bounced = ~met & (random.random(len(mine)) < 0.035)
    steps = np.where(bounced, 1, random.integers(1, OUTREACH_STEPS + 1, len(mine)))
    lead = np.repeat(mine, steps)
    step = np.arange(len(lead)) - np.repeat(np.cumsum(steps) - steps, steps) + 1
    final = step == np.repeat(steps, steps)
    sent = leads.created[lead] + 3_600 + (step - 1) * 3 * DAY_SECONDS
    opened = ~np.repeat(bounced, steps) & (random.random(len(lead)) < 0.44)
    replied = final & (np.repeat(met, steps) | (opened & (random.random(len(lead)) < 0.06)))
    types = (
        ("sent", np.ones(len(lead), dtype=bool), 0),
        ("bounced", np.repeat(bounced, steps), 40),
        ("opened", opened | replied, 5_400),
        ("replied", replied, 21_600),
        ("meeting_booked", final & np.repeat(met, steps), 30_000),
    )
    until = world.scale.last * DAY_SECONDS
    rows = [np.flatnonzero(mask & (sent + lag < until)) for _, mask, lag in types]
    which = np.concatenate(rows)
    kind = np.repeat(np.arange(len(types)), [len(part) for part in rows])
    lags = np.array([lag for _, _, lag in types])[kind]
    make_table(
        con,
        "outreach_rows",
        event=np.arange(len(which)) + 1,
        lead=lead[which] + 1,
        step=step[which],
        kind=kind,
        person=leads.owner[lead[which]],
        moment=sent[which] + lags,
        campaign=campaigns(
            leads.channel[lead], leads.region[lead], leads.created[lead] // DAY_SECONDS
        )[which],
        by_mail=step[which] != 3,
    )
    make_table(
        con, "outreach_kinds", kind=np.arange(len(types)), kind_name=[name for name, _, _ in types]
    )


def survey_table(con: duckdb.DuckDBPyConnection, world: World, deals: Deals) -> None:
    """Recommendation (0–10) a month after an order; satisfaction and effort (1–5, 1–7)."""
    random = world.scale.random("surveys")
    truth = world.scale.truths.family
    asked = np.flatnonzero(
        (deals.outcome == 1)
        & (deals.closed + 34 <= world.scale.last)
        & (random.random(len(deals)) < 0.62)
    )
    kind = random.choice(3, size=len(asked), p=(0.6, 0.28, 0.12))
    weak = deals.family[asked] == FAMILIES.index(truth.family)
    mean = np.where(weak, truth.score, truth.usual_score)
    score = random.normal(mean, 1.7)
    top = np.array([10, 5, 7])[kind]
    bottom = np.array([0, 1, 1])[kind]
    scaled = np.where(kind == 0, score, bottom + (top - bottom) * score / 10)
    make_table(
        con,
        "survey_rows",
        response=np.arange(len(asked)) + 1,
        kind=kind,
        score=np.clip(np.round(scaled), bottom, top).astype(np.int64),
        bottom=bottom,
        top=top,
        account=deals.account[asked],
        deal=asked + 1,
        person=deals.owner[asked],
        moment=clock(random, deals.closed[asked] + random.integers(21, 34, len(asked))),
    )


def split_table(con: duckdb.DuckDBPyConnection, world: World, deals: Deals) -> None:
    """Deals won by two: shares that add up to one, and overlays beside them."""
    random = world.scale.random("splits")
    sellers = world.force.of_kind("account_executive")
    won = np.flatnonzero((deals.outcome == 1) & (deals.type != RENEWAL))
    shared = won[random.random(len(won)) < 0.11]
    other = np.zeros(len(shared), dtype=np.int64)
    for index in range(len(COUNTRIES)):
        mine = sellers[world.force.seat_region[sellers] == index]
        here = deals.region[shared] == index
        other = np.where(here, mine[random.integers(0, len(mine), len(shared))], other)
    partner = world.force.owners(other, deals.closed[shared])
    real = partner != deals.owner[shared]
    shared, partner = shared[real], partner[real]
    share = random.choice([50, 60, 70], size=len(shared))
    overlay = random.random(len(shared)) < 0.3
    above = world.force.owners(world.force.seat_manager[deals.seat[shared]], deals.closed[shared])
    overlay &= (above != partner) & (above != deals.owner[shared])
    make_table(
        con,
        "split_rows",
        deal=np.concatenate([shared, shared, shared[overlay]]) + 1,
        person=np.concatenate([deals.owner[shared], partner, above[overlay]]),
        percent=np.concatenate([share, 100 - share, np.full(int(overlay.sum()), 20)]),
        place=np.repeat([1, 2, 3], [len(shared), len(shared), int(overlay.sum())]),
    )


def _known(moments: np.ndarray) -> np.ma.MaskedArray:
    """Times with those that never came masked, which Arrow reads as empty."""
    return np.ma.masked_array(moments, moments >= NEVER * DAY_SECONDS)

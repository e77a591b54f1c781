"""Deals: where they come from, how far they get, how long each stage takes, who wins them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from vetta.site.demo.calendar import (
    GROWTH_PER_YEAR,
    SEASON,
    Holidays,
    months,
    quarter_ends,
    working,
)
from vetta.site.demo.market import (
    CHANNELS,
    DEAL_FAMILIES,
    DEAL_FAMILY_SHARES,
    EXISTING,
    FAMILIES,
    LEAD_CHANNEL_SHARES,
    LEAD_CHANNELS,
    SOFTWARE,
    Accounts,
)
from vetta.site.demo.names import COUNTRIES
from vetta.site.demo.scale import Scale
from vetta.site.demo.workforce import Workforce

STAGES = ("qualified", "discovery", "proposal", "negotiation", "won", "lost")
PROPOSAL, NEGOTIATION, WON, LOST = 2, 3, 4, 5
NEW, RENEWAL, EXPANSION = 0, 1, 2
TYPES = ("new", "renewal", "expansion")
NEVER = np.int64(10**9)
"""The day of what did not happen."""

WARM_UP_DAYS = 220
DEALS_PER_MONTH = 26.0  # of a full seat, before skill and ramp thin them out
MOVES_ON = np.array([0.72, 0.60, 0.55, 0.66])
MEDIAN_DAYS = np.array([6.0, 14.0, 18.0, 12.0])
SEGMENT_AMOUNT = np.array([34_000, 19_500, 11_500])
FAMILY_AMOUNT = np.array([1.0, 1.1, 0.95, 0.6])
CHANNEL_WINS = np.array([1.0, 0.92, 1.06, 1.12, 0.95, 1.0, 1.15, 1.0])


@dataclass
class Deals:
    """Opportunities as arrays of one entry a deal. Days are day numbers, money whole EUR."""

    seat: np.ndarray
    account: np.ndarray
    region: np.ndarray
    created: np.ndarray
    type: np.ndarray
    family: np.ndarray
    channel: np.ndarray
    target: np.ndarray  # the size the buyer has in mind, EUR
    entered: np.ndarray  # one column a stage from qualified to negotiation; NEVER where not
    closed: np.ndarray  # NEVER while open
    outcome: np.ndarray  # 1 won, 0 lost, −1 open
    stage: np.ndarray  # index into STAGES as it stands now
    owner: np.ndarray
    planned: np.ndarray  # the closing day that the owner tells the CRM

    def __len__(self) -> int:
        return len(self.seat)

    def take(self, which: np.ndarray) -> Deals:
        """The deals of a mask or of indexes."""
        return Deals(*(getattr(self, field.name)[which] for field in fields(self)))

    @staticmethod
    def concat(parts: list[Deals]) -> Deals:
        return Deals(
            *(
                np.concatenate([getattr(part, field.name) for part in parts])
                for field in fields(Deals)
            )
        )


@dataclass(frozen=True)
class World:
    """What every part of the generator looks at."""

    scale: Scale
    force: Workforce
    accounts: Accounts
    holidays: Holidays


def ramp(world: World, people: np.ndarray, days: np.ndarray) -> np.ndarray:
    """The share of full productivity that each person had on each day."""
    cohort = world.scale.truths.cohort
    needed = np.where(world.force.slow[people], cohort.ramp_months, cohort.usual_ramp_months)
    tenure = (days - world.force.hired[people]) / 30.44
    return np.clip(0.15 + 0.85 * tenure / needed, 0.0, 1.0)


def make_deals(world: World) -> Deals:
    """All deals that were open or closed within the three years."""
    sold = _new_deals(world)
    sold = sold.take(sold.closed >= world.scale.first)
    parts = [sold, *_renewals(world, sold)]
    deals = Deals.concat(parts)
    order = np.lexsort((deals.account, deals.seat, deals.created))
    return deals.take(order)


def _arrivals(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Seat, day and person of every new deal."""
    scale, force = world.scale, world.force
    random = scale.random("arrivals")
    seats = force.of_kind("account_executive")
    days = np.arange(scale.first - WARM_UP_DAYS, scale.last + 1)
    weekday = (days + 3) % 7
    season = SEASON[months(days)] * (1 + GROWTH_PER_YEAR) ** ((days - scale.first) / 365.25)
    rate = np.where(weekday < 5, DEALS_PER_MONTH / 21.0, 0.0) * season
    counts = random.poisson(np.broadcast_to(rate, (len(seats), len(days))))
    seat = np.repeat(seats, counts.sum(axis=1))
    day = np.repeat(np.broadcast_to(days, counts.shape).ravel(), counts.ravel())
    person = force.holders(seat, day)
    seen = person >= 0
    kept = np.zeros(len(seat), dtype=bool)
    chance = ramp(world, person[seen], day[seen]) * force.skill[person[seen]] / 1.5
    kept[seen] = random.random(int(seen.sum())) < chance
    kept &= ~world.holidays.away(person, day)
    return seat[kept], day[kept], person[kept]


def _accounts_of(world: World, seats: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One account of each seat, some far more often than others."""
    order = np.argsort(world.accounts.seat, kind="stable")
    owners = world.accounts.seat[order]
    begin = np.searchsorted(owners, seats, side="left")
    count = np.searchsorted(owners, seats, side="right") - begin
    picked = (count * random.random(len(seats)) ** 1.7).astype(np.int64)
    return order[begin + picked]


def _new_deals(world: World) -> Deals:
    scale = world.scale
    random = scale.random("deals")
    seat, created, person = _arrivals(world)
    count = len(seat)
    account = _accounts_of(world, seat, random)
    expansion = random.random(count) < 0.16
    channel = random.choice(len(LEAD_CHANNELS), size=count, p=LEAD_CHANNEL_SHARES)
    channel = np.where(expansion, EXISTING, channel)
    family = random.choice(len(DEAL_FAMILIES), size=count, p=DEAL_FAMILY_SHARES)
    segment = world.accounts.segment[account]
    target = SEGMENT_AMOUNT[segment] * FAMILY_AMOUNT[family] * np.exp(random.normal(0, 0.33, count))
    target = target * np.where(expansion, 0.7, 1.0)
    paid = channel == CHANNELS.index(scale.truths.channel.channel)
    target = target * np.where(paid, scale.truths.channel.amount_factor, 1.0)
    entered, closed, won = _walk(world, random, seat, created, person, channel, paid)
    return _settle(
        world,
        random,
        seat=seat,
        account=account,
        created=created,
        type=np.where(expansion, EXPANSION, NEW),
        family=family,
        channel=channel,
        target=target,
        entered=entered,
        closed=closed,
        won=won,
    )


def _walk(
    world: World,
    random: np.random.Generator,
    seat: np.ndarray,
    created: np.ndarray,
    person: np.ndarray,
    channel: np.ndarray,
    paid: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every deal stage by stage: days of entry, the day it closes, whether it is won."""
    truths, count = world.scale.truths, len(seat)
    region = world.force.seat_region[seat]
    entered = np.full((count, 4), NEVER, dtype=np.int64)
    entered[:, 0] = created
    closed = np.full(count, NEVER, dtype=np.int64)
    alive = np.ones(count, dtype=bool)
    names = np.array([country.region for country in COUNTRIES])
    stalls = names[region] == truths.stalling.region
    since = world.scale.ago(truths.stalling.since_months)
    trained = world.force.seat_trained[seat]
    course = world.scale.ago(truths.training.months)
    for stage in range(4):
        moves = np.full(count, MOVES_ON[stage])
        median = np.full(count, MEDIAN_DAYS[stage])
        if stage == 1:
            after = trained & (entered[:, 1] >= course)
            moves = np.where(after, truths.training.after, truths.training.before)
        if stage == PROPOSAL:
            stalled = stalls & (entered[:, PROPOSAL] >= since)
            moves = np.where(stalled, truths.stalling.moves_on, truths.stalling.usual)
            median = np.where(stalled, truths.stalling.days, truths.stalling.usual_days)
        if stage == NEGOTIATION:
            moves = np.clip(moves * CHANNEL_WINS[channel], 0, 0.9)
        if stage in (1, NEGOTIATION):
            moves = moves * np.where(paid, truths.channel.win_factor, 1.0)
        passes = alive & (random.random(count) < moves)
        days = median * np.exp(random.normal(0.0, 0.5, count)) * np.where(passes, 1.0, 1.45)
        wished = entered[:, stage] + np.maximum(days.astype(np.int64), 1)
        wished = np.minimum(wished, world.scale.last + 1_000)
        until = world.holidays.back(person, wished)
        if stage == NEGOTIATION:
            pulled = _pull(world, random, wished, entered[:, stage])
            until = np.where(passes & (pulled != wished), pulled, until)
        closed = np.where(alive & ~passes, until, closed)
        if stage < NEGOTIATION:
            entered[:, stage + 1] = np.where(passes, until, NEVER)
        else:
            closed = np.where(passes, until, closed)
        alive = passes
    return entered, closed, alive


def _pull(
    world: World, random: np.random.Generator, days: np.ndarray, after: np.ndarray
) -> np.ndarray:
    """Some closings move into the last days of their quarter."""
    truth = world.scale.truths.quarter_end
    end = quarter_ends(days)
    christmas = months(end) == 11
    last = end - 8 * christmas  # nobody signs between Christmas and New Year
    late = last - random.integers(0, truth.last_days, len(days))
    weekday = (late + 3) % 7
    late = late - np.maximum(weekday - 4, 0)  # a weekend's signature is dated Friday
    may = (last - days <= truth.window_days) & ((late > days) | (days > last)) & (late > after)
    return np.where(may & (random.random(len(days)) < truth.pulled), late, days)


def _settle(
    world: World,
    random: np.random.Generator,
    *,
    seat: np.ndarray,
    account: np.ndarray,
    created: np.ndarray,
    type: np.ndarray,
    family: np.ndarray,
    channel: np.ndarray,
    target: np.ndarray,
    entered: np.ndarray,
    closed: np.ndarray,
    won: np.ndarray,
) -> Deals:
    """What is known of the deals on the last day: nothing of what lies after it."""
    last = world.scale.last
    entered = np.where(entered > last, NEVER, entered)
    is_closed = closed <= last
    stage = (entered < NEVER).sum(axis=1) - 1
    stage = np.where(type == RENEWAL, NEGOTIATION, stage)
    stage = np.where(is_closed, np.where(won, WON, LOST), stage)
    owner = world.force.owners(seat, np.where(is_closed, closed, last))
    horizon = MEDIAN_DAYS.sum() * 1.3 * np.exp(random.normal(0.0, 0.3, len(seat)))
    planned = created + np.where(type == RENEWAL, 75, horizon.astype(np.int64))
    hopeful = last + random.integers(4, 75, len(seat))
    planned = np.where(~is_closed & (random.random(len(seat)) < 0.88), hopeful, planned)
    return Deals(
        seat=seat,
        account=account,
        region=world.accounts.region[account],
        created=created,
        type=type,
        family=family,
        channel=channel,
        target=np.maximum((target / 100).round().astype(np.int64) * 100, 300),
        entered=entered,
        closed=np.where(is_closed, closed, NEVER),
        outcome=np.where(is_closed, won.astype(np.int64), -1),
        stage=stage,
        owner=owner,
        planned=working(planned),
    )


def _renewals(world: World, sold: Deals) -> list[Deals]:
    """Yearly contracts fall due and are renewed or lost: those sold, and those from before."""
    scale = world.scale
    random = scale.random("renewals")
    count = len(world.accounts)
    held = np.flatnonzero(random.random(count) < 0.4)
    signed = scale.first - random.integers(1, 366, len(held))
    family = random.choice(3, size=len(held), p=(0.34, 0.3, 0.36))
    worth = SEGMENT_AMOUNT[world.accounts.segment[held]] * np.exp(
        random.normal(-1.1, 0.35, len(held))
    )
    out: list[Deals] = []
    won = sold.take((sold.outcome == 1) & (sold.family <= SOFTWARE))
    won = won.take(random.random(len(won)) < 0.7)
    account = np.concatenate([held, won.account])
    signed = np.concatenate([signed, won.closed])
    family = np.concatenate([family, won.family])
    worth = np.concatenate([worth, won.target * np.where(won.family == SOFTWARE, 0.8, 0.2)])
    for _ in range(4):
        due = signed + 365
        near = due - 75 <= scale.last
        account, due, family, worth = account[near], due[near], family[near], worth[near]
        if not len(account):
            break
        deals = _renew(world, random, account, due, family, worth * 1.03)
        out.append(deals.take(deals.closed >= scale.first))
        again = deals.outcome == 1
        account, signed, family = account[again], due[again], family[again]
        worth = deals.target[again].astype(float)
    return out


def _renew(
    world: World,
    random: np.random.Generator,
    account: np.ndarray,
    due: np.ndarray,
    family: np.ndarray,
    worth: np.ndarray,
) -> Deals:
    truth = world.scale.truths.family
    count = len(account)
    weak = family == FAMILIES.index(truth.family)
    chance = np.where(weak, truth.renewal_rate, truth.usual_renewal_rate)
    won = random.random(count) < chance
    created = working(due - 75)
    closed = working(due + random.integers(-16, 13, count))
    entered = np.full((count, 4), NEVER, dtype=np.int64)
    entered[:, NEGOTIATION] = created
    return _settle(
        world,
        random,
        seat=_managers_of(world, account),
        account=account,
        created=created,
        type=np.full(count, RENEWAL),
        family=family,
        channel=np.full(count, EXISTING),
        target=worth,
        entered=entered,
        closed=closed,
        won=won,
    )


def _managers_of(world: World, account: np.ndarray) -> np.ndarray:
    """The account manager's seat of each account; where a region has none, the seller's."""
    force = world.force
    seats = world.accounts.seat[account]
    managers = force.of_kind("account_manager")
    for region in range(len(COUNTRIES)):
        mine = managers[force.seat_region[managers] == region] if len(managers) else managers
        if len(mine):
            here = world.accounts.region[account] == region
            seats = np.where(here, mine[account % len(mine)], seats)
    return seats

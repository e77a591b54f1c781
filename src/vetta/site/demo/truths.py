"""What is planted in the demo company, with its parameters.

Each truth is one frozen value: the generator reads its numbers, the documentation repeats them
and the tests look for them in the facts, by SQL that knows nothing of the generator. Dates are
told in months before the end of the facts, so that a truth is equally old whenever the demo is
made.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StallingProposals:
    """Since some months, the proposals of one region move on less often and wait longer."""

    region: str = "North"
    since_months: int = 8
    moves_on: float = 0.34
    usual: float = 0.55
    days: float = 31.0
    usual_days: float = 18.0


@dataclass(frozen=True, slots=True)
class SlowCohort:
    """The hires of one month need twice the time of all others to reach full productivity."""

    hired_months: int = 20
    ramp_months: float = 13.0
    usual_ramp_months: float = 6.0
    per_region: int = 2


@dataclass(frozen=True, slots=True)
class HeavyDiscounter:
    """One representative gives discounts far above the others and wins no more for it."""

    person: str = "Elio Ferri"
    discount: float = 0.21
    usual: float = 0.09


@dataclass(frozen=True, slots=True)
class TrainingThatWorked:
    """Those who took a course move more discoveries to a proposal afterwards; nobody else does."""

    name: str = "value_selling"
    months: int = 14
    before: float = 0.60
    after: float = 0.76


@dataclass(frozen=True, slots=True)
class CostlyChannel:
    """One channel of acquisition costs more than the bookings that it brings."""

    channel: str = "paid_search"
    monthly_cost_per_region: int = 17_500
    win_factor: float = 0.62
    amount_factor: float = 0.55


@dataclass(frozen=True, slots=True)
class SlowResponse:
    """One region's leads wait for a day and a half for the first contact; fewer qualify."""

    region: str = "West"
    hours: float = 34.0
    usual_hours: float = 5.0
    qualified: float = 0.24
    usual: float = 0.36


@dataclass(frozen=True, slots=True)
class UnhappyFamily:
    """The customers of one product family are less content and renew less often."""

    family: str = "Gateways"
    score: float = 6.3
    usual_score: float = 8.4
    renewal_rate: float = 0.62
    usual_renewal_rate: float = 0.88


@dataclass(frozen=True, slots=True)
class QuarterEnd:
    """Deals that could close in the last weeks of a quarter are pulled into its last days."""

    window_days: int = 30
    last_days: int = 8
    pulled: float = 0.60


@dataclass(frozen=True, slots=True)
class Truths:
    """All of them; a generator made with other values plants other truths."""

    stalling: StallingProposals = StallingProposals()
    cohort: SlowCohort = SlowCohort()
    discounter: HeavyDiscounter = HeavyDiscounter()
    training: TrainingThatWorked = TrainingThatWorked()
    channel: CostlyChannel = CostlyChannel()
    response: SlowResponse = SlowResponse()
    family: UnhappyFamily = UnhappyFamily()
    quarter_end: QuarterEnd = QuarterEnd()


TRUTHS = Truths()

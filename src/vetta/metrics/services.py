"""Writing: KPIs of one's own, and targets by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from vetta.core import audit, clock
from vetta.core.access import Actor, require
from vetta.engine.metrics import asking as engine
from vetta.engine.metrics.catalogue_reader import built_in, check, read_definition
from vetta.engine.metrics.definitions import Definition
from vetta.engine.metrics.question import Question
from vetta.kernel.money import CURRENCIES
from vetta.kernel.problem import Problem, ProblemError
from vetta.metrics.catalogue import catalogue
from vetta.metrics.models import UNITS, MetricDefinition, SubjectType, Target
from vetta.metrics.permissions import DEFINE
from vetta.metrics.revision import bump
from vetta.metrics.selectors import ask, drill, explain
from vetta.metrics.world import Here

__all__ = ["ask", "checked_definition", "deactivate", "define", "drill", "explain", "set_target"]


def checked_definition(content: Mapping[str, Any]) -> Definition:
    """A definition from plain values, checked against the catalogue and the stored facts.

    Raises:
        ProblemError: with each fault: of form, of names, of its expressions.
    """
    raw = dict(content)
    raw.setdefault("category", "own")
    raw.setdefault("sources", _sources(raw))
    candidate = read_definition(raw)
    if candidate.name in built_in():
        raise ProblemError(
            Problem(
                code="metrics.name_taken",
                message=_("“{name}” is a KPI that comes with Vetta.").format(name=candidate.name),
                hint=_("Choose another name, such as own_{name}.").format(name=candidate.name),
                column="name",
            )
        )
    known = {**catalogue(), candidate.name: candidate}
    check(known, [candidate.name, *_users_of(candidate.name, known)])
    # Compiling says whether its tables, columns and expressions exist; nothing is kept.
    engine.ask(Question(candidate.name), known, Here().world(None))
    return candidate


def _sources(raw: Mapping[str, Any]) -> list[str]:
    measure = raw.get("measure")
    if isinstance(measure, Mapping) and measure.get("table"):
        return [str(measure["table"])]
    names = [raw.get(field) for field in ("numerator", "denominator", "of")]
    known = catalogue()
    found: dict[str, None] = {}
    for name in names:
        if isinstance(name, str) and name in known:
            found.update(dict.fromkeys(known[name].sources))
    return list(found) or ["kpis"]


def _users_of(name: str, known: Mapping[str, Definition]) -> list[str]:
    from vetta.engine.metrics.catalogue_reader import made_of

    return [other for other, one in known.items() if name in made_of(one)]


@transaction.atomic
def define(*, content: Mapping[str, Any], actor: Actor) -> Definition:
    """Save a KPI of one's own: the first version, or the next where its meaning changed.

    Raises:
        NotAllowed: the actor may not define KPIs.
        ProblemError: with each fault of the definition.
    """
    require(actor, DEFINE)
    # Saved for the first time it has no version of its own yet.
    candidate = checked_definition({**content, "version": 1})
    before = MetricDefinition.objects.filter(name=candidate.name).order_by("-version").first()
    if before is not None:
        candidate = candidate.model_copy(update={"version": before.version + 1})
        if before.is_active and _same(before.content, candidate):
            return read_definition(before.content)
    MetricDefinition.objects.filter(name=candidate.name, is_active=True).update(is_active=False)
    made = MetricDefinition.objects.create(
        name=candidate.name,
        version=candidate.version,
        content=_plain(candidate),
        created_at=clock.now(),
        created_by=actor.user,
    )
    bump()
    audit.record(
        "metrics.kpi_defined",
        actor=actor,
        subject=audit.Subject("metrics.kpi", candidate.name, candidate.title.en),
        changes={"definition": (before.content if before else None, made.content)},
    )
    return candidate


@transaction.atomic
def deactivate(*, name: str, actor: Actor) -> None:
    """Take a KPI of one's own out of use; its versions stay.

    Raises:
        NotAllowed: the actor may not define KPIs.
        ProblemError: it comes with Vetta, does not exist, or another KPI is made of it.
    """
    require(actor, DEFINE)
    row = MetricDefinition.objects.filter(name=name, is_active=True).first()
    if row is None:
        raise ProblemError(
            Problem(
                code="metrics.not_own",
                message=_("“{name}” is not a KPI that was defined here.").format(name=name),
                hint=_("KPIs that come with Vetta cannot be taken out of use."),
            )
        )
    users = _users_of(name, catalogue())
    if users:
        raise ProblemError(
            Problem(
                code="metrics.in_use",
                message=_("Other KPIs are made of it: {names}.").format(names=", ".join(users)),
                hint=_("Take those out of use first."),
            )
        )
    row.is_active = False
    row.save(update_fields=["is_active"])
    bump()
    audit.record(
        "metrics.kpi_deactivated",
        actor=actor,
        subject=audit.Subject("metrics.kpi", name, name),
        changes={"is_active": (True, False)},
    )


@transaction.atomic
def set_target(
    *,
    subject_type: str,
    subject_id: str,
    metric: str,
    starts_on: date,
    ends_on: date,
    amount: Decimal | str,
    currency: str = "",
    origin: str = "hand",
    actor: Actor,
) -> Target:
    """Set a target; one of the same subject, KPI and first day is replaced, not overwritten.

    Raises:
        NotAllowed: the actor may not set targets.
        ProblemError: the days, the amount, the KPI or the currency are wrong, or it overlaps.
    """
    require(actor, DEFINE)
    units = _units(amount)
    _check_target(subject_type, subject_id, metric, starts_on, ends_on, currency)
    current = Target.objects.filter(
        subject_type=subject_type, subject_id=subject_id, metric=metric, known_to__isnull=True
    )
    now = clock.now()
    before = current.filter(starts_on=starts_on).first()
    overlapping = current.filter(starts_on__lt=ends_on, ends_on__gt=starts_on)
    other = overlapping.exclude(starts_on=starts_on).first()
    if other is not None:
        raise ProblemError(
            Problem(
                code="metrics.overlapping_target",
                message=_("It overlaps the target from {start} to {end}.").format(
                    start=other.starts_on, end=other.ends_on
                ),
                hint=_("Targets of one subject and KPI must not overlap, or they count twice."),
                column="starts_on",
            )
        )
    if before is not None:
        before.known_to = now
        before.save(update_fields=["known_to"])
    made = Target.objects.create(
        subject_type=subject_type,
        subject_id=subject_id,
        metric=metric,
        starts_on=starts_on,
        ends_on=ends_on,
        amount=units,
        currency=currency,
        origin=origin,
        known_from=now,
    )
    bump()
    audit.record(
        "metrics.target_set",
        actor=actor,
        subject=audit.Subject("metrics.target", str(made.pk), str(made)),
        changes={"amount": (before.amount if before else None, units)},
        person=subject_id if subject_type == SubjectType.PERSON else None,
    )
    return made


def _units(amount: Decimal | str) -> int:
    try:
        scaled = Decimal(amount) * UNITS
    except InvalidOperation:
        scaled = Decimal("NaN")
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) >= 2**63:
        raise ProblemError(
            Problem(
                code="metrics.bad_amount",
                message=_("“{amount}” is no amount with at most four decimals.").format(
                    amount=amount
                ),
                hint=_("Write it like 125000.00."),
                column="amount",
            )
        )
    return int(scaled)


def _check_target(
    subject_type: str,
    subject_id: str,
    metric: str,
    starts_on: date,
    ends_on: date,
    currency: str,
) -> None:
    from vetta.engine.metrics.catalogue_reader import find

    wanted = find(catalogue(), metric)

    def refuse(code: str, message: str, column: str) -> None:
        raise ProblemError(Problem(code=f"metrics.{code}", message=message, column=column))

    if subject_type not in SubjectType.values:
        refuse(
            "bad_subject",
            _("A target is a person's, a team's or the organisation's."),
            "subject_type",
        )
    if bool(subject_id) == (subject_type == SubjectType.ORGANISATION):
        refuse("bad_subject", _("Say whose target it is."), "subject_id")
    if ends_on <= starts_on:
        refuse("bad_dates", _("The end must be after the start."), "ends_on")
    if wanted.unit.value == "money" and currency not in CURRENCIES:
        refuse("no_currency", _("Give an ISO 4217 currency."), "currency")


def _plain(definition: Definition) -> dict[str, Any]:
    return definition.model_dump(mode="json", by_alias=True, exclude_none=True)


def _same(content: Mapping[str, Any], candidate: Definition) -> bool:
    ours = _plain(candidate)
    return {k: v for k, v in ours.items() if k != "version"} == {
        k: v for k, v in content.items() if k != "version"
    }

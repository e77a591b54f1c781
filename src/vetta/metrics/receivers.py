"""Targets by import: quotas from a file, kept dated twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from vetta.core import audit, clock
from vetta.engine.schema import Column, ColumnType, TableSchema
from vetta.kernel.money import CURRENCIES
from vetta.kernel.problem import Problem
from vetta.metrics.models import UNITS, SubjectType, Target
from vetta.metrics.revision import bump
from vetta.people import selectors as people

if TYPE_CHECKING:
    from vetta.intake.registry import ReceiveContext

Key = tuple[str, str, str, date]
MOST_UNITS = 2**63 - 1

TARGETS = TableSchema(
    name="targets",
    title="Targets",
    description="Quotas and other targets of a person, a team or the whole organisation.",
    key=("person_id", "team", "metric", "starts_on"),
    custom=False,
    columns=(
        Column(
            "person_id",
            ColumnType.TEXT,
            "Person",
            "Whose target it is; empty for a team's or the organisation's.",
            references="people",
            aliases=("salesperson", "employee", "rep", "venditore", "persona"),
        ),
        Column(
            "team",
            ColumnType.TEXT,
            "Team",
            "The team whose target it is.",
            references="teams",
            aliases=("squadra",),
        ),
        Column(
            "metric",
            ColumnType.TEXT,
            "KPI",
            "The KPI that the target is on, such as bookings.",
            required=True,
            aliases=("kpi", "measure", "indicatore"),
        ),
        Column(
            "starts_on",
            ColumnType.DATE,
            "From",
            "The first day that counts.",
            required=True,
            aliases=("start", "from", "quota date", "dal", "inizio"),
        ),
        Column(
            "ends_on",
            ColumnType.DATE,
            "Until",
            "The first day that no longer counts.",
            required=True,
            aliases=("end", "until", "al", "fine"),
        ),
        Column(
            "amount",
            ColumnType.MONEY,
            "Amount",
            "How much; a number of pieces for a KPI that counts.",
            required=True,
            currency_column="currency",
            aliases=("quota", "target", "sales quota", "obiettivo", "importo"),
        ),
        Column(
            "currency",
            ColumnType.TEXT,
            "Currency",
            "ISO 4217 code; empty for a KPI that is not money.",
            aliases=("valuta",),
        ),
    ),
)


class TargetsReceiver:
    """Receives the table ``targets``."""

    schema = TARGETS

    def check(self, rows: list[dict[str, Any]], *, context: ReceiveContext) -> list[Problem]:
        """What is wrong with each row by itself, and rows that overlap one another."""
        from vetta.metrics.selectors import catalogue

        known = catalogue()
        problems: list[Problem] = []
        taken: dict[tuple[str, str, str], list[tuple[date, date, int]]] = {}
        for index, row in enumerate(rows):
            problem = _fault(row, known)
            if problem is None:
                problem = _overlap(row, index, taken)
            if problem is not None:
                problems.append(_at(problem, index))
        return problems

    def apply(self, rows: list[dict[str, Any]], *, context: ReceiveContext) -> dict[str, int]:
        """Set the targets; one of the same subject, KPI and first day is replaced."""
        counts = {"inserted": 0, "updated": 0, "unchanged": 0}
        current = _current()
        names = _person_keys(context.source, rows)
        new: list[Target] = []
        ended: list[Target] = []
        for row in rows:
            target = _target(row, names, context)
            before = current.get(_key(target))
            if before is not None and _same(before, target):
                counts["unchanged"] += 1
                continue
            if before is not None:
                before.known_to = context.known_at
                before.ended_by_batch = context.batch_id
                if before.pk:
                    ended.append(before)
                else:
                    new.remove(before)
            counts["updated" if before is not None else "inserted"] += 1
            current[_key(target)] = target
            new.append(target)
        Target.objects.bulk_update(ended, ["known_to", "ended_by_batch"], batch_size=500)
        Target.objects.bulk_create(new, batch_size=500)
        if new:
            bump()
            audit.record(
                "metrics.targets_imported",
                actor=context.actor,
                subject=audit.Subject("intake.batch", context.batch_id, context.batch_id),
                changes={"targets": (None, len(new))},
            )
        return counts

    def undo(self, *, context: ReceiveContext) -> list[Problem]:
        """Take back what the batch set; what it replaced holds again."""
        brought = list(Target.objects.filter(batch_id=context.batch_id))
        now = clock.now()
        later = [one for one in brought if one.known_to is not None and one.ended_by_batch]
        if later:
            return [
                Problem(
                    code="metrics.target_changed_since",
                    message=_(
                        "The target of {subject} on {metric} from {day} was changed by the "
                        "later import {batch}."
                    ).format(
                        subject=one.subject_id or one.get_subject_type_display(),
                        metric=one.metric,
                        day=one.starts_on,
                        batch=one.ended_by_batch,
                    ),
                    hint=_("Undo the later import first."),
                )
                for one in later[:50]
            ]
        standing = [one for one in brought if one.known_to is None]
        replaced = list(Target.objects.filter(ended_by_batch=context.batch_id))
        Target.objects.filter(pk__in=[one.pk for one in standing]).update(known_to=now)
        again = [_again(one, now) for one in replaced]
        Target.objects.filter(pk__in=[one.pk for one in replaced]).update(ended_by_batch="")
        Target.objects.bulk_create(again, batch_size=500)
        if standing or again:
            bump()
            audit.record(
                "metrics.targets_undone",
                actor=context.actor,
                subject=audit.Subject("intake.batch", context.batch_id, context.batch_id),
                changes={"targets": (len(standing), len(again))},
            )
        return []


def _again(target: Target, now: Any) -> Target:
    fields = ("subject_type", "subject_id", "metric", "starts_on", "ends_on", "amount", "currency")
    return Target(
        **{name: getattr(target, name) for name in fields},
        origin=target.origin,
        batch_id=target.batch_id,
        known_from=now,
    )


def _fault(row: Mapping[str, Any], known: Mapping[str, Any]) -> Problem | None:
    def wrong(code: str, message: str, hint: str, column: str) -> Problem:
        return Problem(code=f"metrics.{code}", message=message, hint=hint, column=column)

    metric = row["metric"]
    if metric not in known:
        from vetta.engine.metrics.catalogue_reader import did_you_mean

        return wrong(
            "unknown_metric",
            _("There is no KPI named “{name}”.").format(name=metric),
            did_you_mean(metric, known) or _("List them with: vetta kpi --list"),
            "metric",
        )
    if row["ends_on"] <= row["starts_on"]:
        return wrong(
            "bad_dates",
            _("The target ends on {end}, not after its start {start}.").format(
                end=row["ends_on"], start=row["starts_on"]
            ),
            _("The end is the first day that no longer counts."),
            "ends_on",
        )
    if row.get("person_id") and row.get("team"):
        return wrong(
            "two_subjects",
            _("The target names a person and a team."),
            _("Leave one of them empty."),
            "team",
        )
    money = known[metric].unit.value == "money"
    currency = row.get("currency")
    if money and not currency:
        return wrong(
            "no_currency",
            _("A target on {name} needs a currency.").format(name=metric),
            _("Give an ISO 4217 code, such as EUR."),
            "currency",
        )
    if currency and currency not in CURRENCIES:
        return wrong(
            "unknown_currency",
            _("{code} is not an ISO 4217 currency.").format(code=currency),
            _("Give an ISO 4217 code, such as EUR."),
            "currency",
        )
    if abs(Decimal(row["amount"]) * UNITS) > MOST_UNITS:
        return wrong("too_large", _("The amount is too large."), _("Check its unit."), "amount")
    return None


def _overlap(
    row: Mapping[str, Any],
    index: int,
    taken: dict[tuple[str, str, str], list[tuple[date, date, int]]],
) -> Problem | None:
    subject = (row.get("person_id") or "", row.get("team") or "", row["metric"])
    stretches = taken.setdefault(subject, [])
    for starts_on, ends_on, _other in stretches:
        if row["starts_on"] < ends_on and starts_on < row["ends_on"]:
            return Problem(
                code="metrics.overlapping_target",
                message=_("It overlaps the target from {start} to {end} in the same file.").format(
                    start=starts_on, end=ends_on
                ),
                hint=_("Targets of one subject and KPI must not overlap, or they count twice."),
                column="starts_on",
            )
    stretches.append((row["starts_on"], row["ends_on"], index))
    return None


def _at(problem: Problem, index: int) -> Problem:
    from dataclasses import replace

    return replace(problem, row=index)


def _target(row: Mapping[str, Any], names: Mapping[str, str], context: ReceiveContext) -> Target:
    person, team = row.get("person_id"), row.get("team")
    if person:
        subject_type, subject = SubjectType.PERSON, names.get(person, person)
    elif team:
        subject_type, subject = SubjectType.TEAM, team
    else:
        subject_type, subject = SubjectType.ORGANISATION, ""
    return Target(
        subject_type=subject_type,
        subject_id=subject,
        metric=row["metric"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        amount=int(Decimal(row["amount"]) * UNITS),
        currency=row.get("currency") or "",
        origin=f"import:{context.source}"[:63],
        batch_id=context.batch_id,
        known_from=context.known_at,
    )


def _person_keys(source: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Person keys by the ids under which the source knows them."""
    wanted = {row.get("person_id") for row in rows}
    return {
        row["external_id"]: row["person_id"]
        for row in people.person_identities().to_pylist()
        if row["source"] == source and row["external_id"] in wanted
    }


def _current() -> dict[Key, Target]:
    return {_key(target): target for target in Target.objects.filter(known_to__isnull=True)}


def _key(target: Target) -> Key:
    return target.subject_type, target.subject_id, target.metric, target.starts_on


def _same(one: Target, other: Target) -> bool:
    return all(
        getattr(one, name) == getattr(other, name) for name in ("ends_on", "amount", "currency")
    )

"""Who an owner of the facts is in the workspace.

In order: what somebody matched by hand; an id that the source is known to use for a person; a
person's own key; an e-mail address that only one person ever had.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher

import pyarrow as pa

from vetta.core import clock
from vetta.engine.schema import OWNER_COLUMNS
from vetta.engine.schema.arrow import array_of
from vetta.facts.contracts import Candidate, Snapshot, UnmatchedOwner
from vetta.facts.models import OwnerMatch
from vetta.facts.selectors.published import connection_at, current_snapshot
from vetta.people import selectors as people

MATCHES = pa.schema(
    [("source", pa.string()), ("owner_id", pa.string()), ("person_id", pa.string())]
)
DATED = {
    "leads": "created_at",
    "opportunities": "coalesce(closed_on, created_on)",
    "orders": "ordered_on",
    "order_lines": "event_on",
    "activities": "occurred_at",
    "outreach_events": "occurred_at",
    "survey_responses": "answered_at",
    "accounts": "created_on",
    "splits": "NULL",
}
"""For each table that names an owner, SQL of the day that tells when the owner was last seen."""
NEAR = 0.6
_owners: dict[int, list[tuple[str, str, str, int, object]]] = {}
_matches: dict[tuple[int, int, tuple[int, str]], pa.Table] = {}


def owner_matches(snapshot: Snapshot | None = None) -> pa.Table:
    """(source, owner_id, person_id) of every owner in the facts who is known.

    Cached by the snapshot, the revision of people and the matches made by hand.
    """
    chosen = current_snapshot() if snapshot is None else snapshot
    key = (chosen.id, people.revision(), _revision_by_hand())
    found = _matches.get(key)
    if found is None:
        _matches.clear()
        found = _matches[key] = _match(chosen)
    return found


def _revision_by_hand() -> tuple[int, str]:
    latest = OwnerMatch.objects.order_by("-matched_at").values_list("matched_at", flat=True).first()
    return OwnerMatch.objects.count(), str(latest)


def _match(snapshot: Snapshot) -> pa.Table:
    find = _finder()
    pairs = sorted({(source, owner) for _, source, owner, _, _ in owners(snapshot)})
    rows = [(source, owner, find(source, owner)) for source, owner in pairs]
    known = [row for row in rows if row[2]]
    columns: list[Iterable[object]] = list(zip(*known, strict=True)) if known else [(), (), ()]
    arrays = [array_of(list(column), pa.string()) for column in columns]
    return pa.Table.from_arrays(arrays, schema=MATCHES)


def owners(snapshot: Snapshot) -> list[tuple[str, str, str, int, object]]:
    """(table, source, owner, rows, last seen) of everybody whom a snapshot names; cached."""
    if snapshot.id not in _owners or snapshot.id == 0:
        _owners.clear()
        _owners[snapshot.id] = _read_owners(snapshot)
    return _owners[snapshot.id]


def _read_owners(snapshot: Snapshot) -> list[tuple[str, str, str, int, object]]:
    parts = [
        f"SELECT '{table}' AS t, source, {column} AS owner, count(*) AS n, "
        f"CAST(max({DATED[table]}) AS DATE) AS seen "
        f"FROM {table} WHERE {column} IS NOT NULL GROUP BY source, {column}"
        for table, column in OWNER_COLUMNS.items()
        if table in snapshot.versions
    ]
    if not parts:
        return []
    with connection_at(snapshot) as connection:
        return connection.execute(" UNION ALL ".join(parts) + " ORDER BY ALL").fetchall()


def _finder() -> Callable[[str, str], str | None]:
    by_hand = {
        (match.source, match.owner_id): match.person_id for match in OwnerMatch.objects.all()
    }
    identities = {
        (row["source"], row["external_id"]): row["person_id"]
        for row in people.person_identities().to_pylist()
    }
    emails = {row["email"]: row["person_id"] for row in people.person_emails().to_pylist()}
    keys = {row["person_id"] for row in people.person_intervals().to_pylist()}

    def find(source: str, owner: str) -> str | None:
        if (source, owner) in by_hand:
            return by_hand[source, owner] or None
        known = identities.get((source, owner))
        if known is not None:
            return known
        return owner if owner in keys else emails.get(owner.casefold())

    return find


def unmatched_owners(snapshot: Snapshot | None = None, limit: int = 200) -> list[UnmatchedOwner]:
    """Owners whom nobody is known to be, those with most rows first, with who they may be.

    Those whom somebody set aside by hand (matched to nobody) are left out.
    """
    chosen = current_snapshot() if snapshot is None else snapshot
    known = {(row["source"], row["owner_id"]) for row in owner_matches(chosen).to_pylist()}
    known |= set(OwnerMatch.objects.values_list("source", "owner_id"))
    rows: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    seen: dict[tuple[str, str], object] = {}
    for table, source, owner, count, last in owners(chosen):
        key = (source, owner)
        if key in known:
            continue
        rows[key][table] = count
        if last is not None and (key not in seen or last > seen[key]):  # type: ignore[operator]
            seen[key] = last
    ordered = sorted(rows, key=lambda key: (-sum(rows[key].values()), key))[:limit]
    roster = _roster() if ordered else []
    return [
        UnmatchedOwner(
            source=source,
            owner_id=owner,
            rows=sum(rows[source, owner].values()),
            tables=rows[source, owner],
            last_on=seen.get((source, owner)),  # type: ignore[arg-type]
            candidates=_candidates(owner, roster),
        )
        for source, owner in ordered
    ]


def suggested_people(owner: str) -> tuple[Candidate, ...]:
    """Who an owner may be, the likeliest first."""
    return _candidates(owner, _roster())


def _roster() -> list[tuple[str, str, str]]:
    """(key, name, e-mail's local part) of everybody today."""
    return [
        (row.id, row.name, row.email.partition("@")[0]) for row in people.people_on(clock.today())
    ]


def _candidates(owner: str, roster: list[tuple[str, str, str]]) -> tuple[Candidate, ...]:
    wanted = _plain(owner.partition("@")[0])
    scored = []
    for key, name, local in roster:
        forms = {"name": _plain(name), "key": _plain(key), "email": _plain(local)}
        reason, certainty = max(
            ((form, _nearness(wanted, text)) for form, text in forms.items() if text),
            key=lambda pair: pair[1],
            default=("name", 0.0),
        )
        if certainty >= NEAR:
            scored.append(Candidate(key, name, reason, round(certainty, 2)))
    return tuple(sorted(scored, key=lambda c: (-c.certainty, c.person_name))[:5])


def _nearness(left: str, right: str) -> float:
    if not left or not right:
        return 0.0
    ordered = SequenceMatcher(None, left, right).ratio()
    turned = SequenceMatcher(
        None, " ".join(sorted(left.split())), " ".join(sorted(right.split()))
    ).ratio()
    return max(ordered, turned)


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", bare))

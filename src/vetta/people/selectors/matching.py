"""By which names other systems know people: what the facts are matched with."""

from __future__ import annotations

import pyarrow as pa

from vetta.engine.schema.arrow import array_of
from vetta.people.models import PersonIdentity, PersonVersion

IDENTITIES = pa.schema(
    [("source", pa.string()), ("external_id", pa.string()), ("person_id", pa.string())]
)
EMAILS = pa.schema([("email", pa.string()), ("person_id", pa.string())])


def person_identities() -> pa.Table:
    """Each id by which a source knows a person (schema `IDENTITIES`), as known now."""
    rows = PersonIdentity.objects.filter(known_to__isnull=True).order_by("source", "external_id")
    return _table(rows.values_list("source", "external_id", "person__key"), IDENTITIES)


def person_emails() -> pa.Table:
    """Each address, in lower case, that any person ever had (schema `EMAILS`).

    An address that two persons had is left out: it tells nobody apart.
    """
    owners: dict[str, set[str]] = {}
    rows = PersonVersion.objects.known().exclude(email="").values_list("email", "person__key")
    for email, person in rows:
        owners.setdefault(email.casefold(), set()).add(person)
    one = [(email, min(who)) for email, who in sorted(owners.items()) if len(who) == 1]
    return _table(one, EMAILS)


def _table(rows: object, schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)  # type: ignore[call-overload]
    return pa.Table.from_arrays(
        [array_of(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema
    )

"""The dimensions: what can split or filter a KPI, and where each is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from vetta.engine.metrics.definitions import Measure, Text
from vetta.engine.schema import FACT_TABLES, ColumnType


class Home(StrEnum):
    """Where a dimension is read."""

    OWN = "own"  # a column of the fact itself
    ACCOUNT = "account"  # the account of the fact
    PRODUCT = "product"  # the product of the fact
    PERSON = "person"  # the person of the fact
    DATED = "dated"  # the person's place on the fact's day
    CHAIN = "chain"  # everybody above the person on the fact's day


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension.

    Args:
        column: the column that it is read from, in the fact or in its home.
        named: whether a member's name differs from its id.
    """

    name: str
    home: Home
    column: str
    title: Text
    named: bool = False


def _dimension(
    name: str, home: Home, en: str, it: str, column: str | None = None, named: bool = False
) -> Dimension:
    return Dimension(name, home, column or name, Text(en=en, it=it), named)


_ALL = (
    _dimension("person", Home.PERSON, "Person", "Persona", "owner_id", True),
    _dimension("manager", Home.DATED, "Manager", "Responsabile", "manager_id", True),
    _dimension(
        "managers_above",
        Home.CHAIN,
        "Self and managers above",
        "La persona e i responsabili sopra di lei",
        "manager_id",
        True,
    ),
    _dimension("team", Home.DATED, "Team", "Squadra", "team_id", True),
    _dimension("team_region", Home.DATED, "Team's region", "Area della squadra"),
    _dimension("title", Home.DATED, "Title", "Qualifica"),
    _dimension("business_unit", Home.DATED, "Business unit", "Business unit"),
    _dimension("product", Home.PRODUCT, "Product", "Prodotto", "product_id", True),
    _dimension("product_family", Home.PRODUCT, "Product family", "Famiglia di prodotti"),
    _dimension("account", Home.ACCOUNT, "Account", "Cliente", "account_id", True),
    _dimension("segment", Home.ACCOUNT, "Segment", "Segmento"),
    _dimension("industry", Home.ACCOUNT, "Industry", "Settore"),
    _dimension("country", Home.ACCOUNT, "Account's country", "Paese del cliente"),
    _dimension("region", Home.ACCOUNT, "Region", "Area"),
    _dimension("channel", Home.OWN, "Channel", "Canale"),
    _dimension("stage", Home.OWN, "Stage", "Fase"),
    _dimension("type", Home.OWN, "Type", "Tipo"),
    _dimension("forecast_category", Home.OWN, "Forecast category", "Categoria di previsione"),
    _dimension("lost_reason", Home.OWN, "Lost reason", "Motivo della perdita"),
    _dimension("source_channel", Home.OWN, "Lead source", "Provenienza del contatto"),
    _dimension("campaign", Home.OWN, "Campaign", "Campagna", "campaign_id"),
    _dimension("status", Home.OWN, "Status", "Stato"),
    _dimension("outcome", Home.OWN, "Outcome", "Esito"),
    _dimension("category", Home.OWN, "Cost category", "Categoria di costo"),
    _dimension("event", Home.OWN, "Event", "Evento"),
    _dimension("currency", Home.OWN, "Currency", "Valuta"),
    _dimension("source", Home.OWN, "Source system", "Sistema di origine"),
)

DIMENSIONS: Mapping[str, Dimension] = MappingProxyType({one.name: one for one in _ALL})
"""Every dimension of the contract, by name. Typed attributes (``custom.name``) add to them."""

PERSON_DIMENSIONS = frozenset(
    name for name, one in DIMENSIONS.items() if one.home in (Home.PERSON, Home.DATED, Home.CHAIN)
)
"""Dimensions of the person who owns a fact: the only ones that targets have."""

JOINERS = "joiners"
"""People's first days with the day of their first won deal: made from facts and people."""

JOINER_COLUMNS: Mapping[str, ColumnType] = MappingProxyType(
    {
        "source": ColumnType.TEXT,
        "source_id": ColumnType.TEXT,
        "owner_id": ColumnType.TEXT,
        "joined_on": ColumnType.DATE,
        "first_won_on": ColumnType.DATE,
    }
)

TARGET_DAYS = "kpi_targets"
"""Every day of every person's target: what targets are split and filtered by."""

TARGET_COLUMNS: Mapping[str, ColumnType] = MappingProxyType(
    {
        "source": ColumnType.TEXT,
        "source_id": ColumnType.TEXT,
        "owner_id": ColumnType.TEXT,
        "metric": ColumnType.TEXT,
        "day": ColumnType.DATE,
    }
)

PEOPLE_SOURCE = "vetta:people"
"""The source of rows that name people by their own key."""

# Stage changes carry no owner, product or account: those of their deal are read.
BORROWED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "stage_changes": (
            "owner_id",
            "account_id",
            "product_id",
            "product_family",
            "channel",
            "region",
            "type",
        )
    }
)
"""Per table: the columns that are read from the row's opportunity."""


_MADE = {JOINERS: JOINER_COLUMNS, TARGET_DAYS: TARGET_COLUMNS}


def columns_of(table: str, custom: Mapping[str, ColumnType] | None = None) -> dict[str, ColumnType]:
    """The columns of a table, the borrowed and the custom ones included."""
    if table in _MADE:
        return dict(_MADE[table])
    columns = {"source": ColumnType.TEXT, "source_id": ColumnType.TEXT}
    columns |= {column.name: column.type for column in FACT_TABLES[table]}
    for name in BORROWED.get(table, ()):
        columns.setdefault(name, FACT_TABLES["opportunities"].column(name).type)
    return columns | dict(custom or {})


def stage_column(measure: Measure) -> str:
    """The column behind the dimension ``stage``."""
    return measure.stage or ("from_stage" if measure.table == "stage_changes" else "stage")


def dimensions_of(
    measure: Measure, custom: Mapping[str, ColumnType] | None = None
) -> dict[str, Dimension]:
    """The dimensions that a measure of facts has, by name."""
    columns = columns_of(measure.table, custom)
    found: dict[str, Dimension] = {}
    for dimension in _ALL:
        if dimension.name == "stage":
            column = stage_column(measure)
            if column in columns:
                found["stage"] = Dimension("stage", Home.OWN, column, dimension.title)
        elif _has(dimension, columns):
            found[dimension.name] = dimension
    for name, type_ in columns.items():
        if name.startswith("custom__") and type_ in (ColumnType.TEXT, ColumnType.BOOLEAN):
            title = name.removeprefix("custom__").replace("_", " ").capitalize()
            key = "custom." + name.removeprefix("custom__")
            found[key] = Dimension(key, Home.OWN, name, Text(en=title, it=title))
    return found


def _has(dimension: Dimension, columns: Mapping[str, ColumnType]) -> bool:
    match dimension.home:
        case Home.OWN:
            return dimension.column in columns
        case Home.ACCOUNT:
            return "account_id" in columns or dimension.column in columns
        case Home.PRODUCT:
            return "product_id" in columns
        case _:
            return "owner_id" in columns


NOT_FOR_PEOPLE = frozenset({"source_id", "batch_id", "ingested_at", "event_month"})
"""Columns that a filter may name but no list needs to offer."""

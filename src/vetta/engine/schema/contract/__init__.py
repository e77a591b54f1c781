"""The data contract: every fact table and its columns. ``docs/reference`` is made from this.

Ids are text. Money is ``decimal(18,4)`` in the row's own currency; shares and fractions are
decimals in 0..1; times are UTC. Every stored table carries ``COMMON_COLUMNS`` as well, and
``custom__<name>`` for each typed attribute that a mapping declares.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vetta.engine.schema.contract.activity import ACTIVITIES, OUTREACH_EVENTS, SURVEY_RESPONSES
from vetta.engine.schema.contract.columns import TEXT, TIMESTAMP
from vetta.engine.schema.contract.customers import ACCOUNTS, LEADS
from vetta.engine.schema.contract.deals import OPPORTUNITIES, SPLITS, STAGE_CHANGES
from vetta.engine.schema.contract.orders import BALANCING, ORDER_EVENTS, ORDER_LINES, ORDERS
from vetta.engine.schema.contract.reference import COSTS, FX_RATES, PRODUCTS
from vetta.engine.schema.types import Column, TableSchema

CUSTOM_PREFIX = "custom__"
EVENT_MONTH = "event_month"
"""Partition of the stored tables: ``2017-03``, or empty text where a row has no event date."""

COMMON_COLUMNS: tuple[Column, ...] = (
    Column("source", TEXT, "Source", "The system that reported the row.", required=True),
    Column("source_id", TEXT, "Source key", "The row's key in its source.", required=True),
    Column("ingested_at", TIMESTAMP, "Ingested at", "When the row took its present values."),
    Column("batch_id", TEXT, "Batch", "The import that gave the row its present values."),
)

FACT_TABLES: Mapping[str, TableSchema] = MappingProxyType(
    {
        table.name: table
        for table in (
            ACCOUNTS,
            PRODUCTS,
            FX_RATES,
            LEADS,
            OPPORTUNITIES,
            STAGE_CHANGES,
            ORDERS,
            ORDER_LINES,
            SPLITS,
            ACTIVITIES,
            OUTREACH_EVENTS,
            SURVEY_RESPONSES,
            COSTS,
        )
    }
)
"""Every fact table by name, in the order in which a batch commits them."""

CURRENCY_COLUMNS = frozenset({"currency", "from_currency", "to_currency"})
"""Columns whose values must be ISO 4217 codes."""

OWNER_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        name: "person_id" if name == "splits" else "owner_id"
        for name, table in FACT_TABLES.items()
        if any(column.name in ("owner_id", "person_id") for column in table)
    }
)
"""The column of each fact table that names a person as the source does."""

__all__ = [
    "ACCOUNTS",
    "ACTIVITIES",
    "BALANCING",
    "COMMON_COLUMNS",
    "COSTS",
    "CURRENCY_COLUMNS",
    "CUSTOM_PREFIX",
    "EVENT_MONTH",
    "FACT_TABLES",
    "FX_RATES",
    "LEADS",
    "OPPORTUNITIES",
    "ORDERS",
    "ORDER_EVENTS",
    "ORDER_LINES",
    "OUTREACH_EVENTS",
    "OWNER_COLUMNS",
    "PRODUCTS",
    "SPLITS",
    "STAGE_CHANGES",
    "SURVEY_RESPONSES",
]

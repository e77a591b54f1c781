"""Deals: as they stand, how they moved, who shares them."""

from __future__ import annotations

from vetta.engine.schema.contract.columns import (
    BOOLEAN,
    DATE,
    INTEGER,
    RATIO,
    TEXT,
    TIMESTAMP,
    account_column,
    channel_column,
    currency_column,
    id_column,
    lead_column,
    money_column,
    opportunity_column,
    owner_column,
    product_columns,
    region_column,
)
from vetta.engine.schema.types import Column, TableSchema

OPPORTUNITIES = TableSchema(
    name="opportunities",
    title="Opportunities",
    description="A deal as it stands now.",
    key=("opportunity_id",),
    event_column="created_on",
    columns=(
        id_column(
            "opportunity_id", "Opportunity", "opportunity", "deal id", "deal", "id opportunità"
        ),
        account_column(),
        owner_column(),
        lead_column(),
        Column("name", TEXT, "Name", aliases=("deal name", "opportunity name", "nome")),
        Column(
            "type",
            TEXT,
            "Type",
            choices=("new", "renewal", "expansion"),
            aliases=("deal type", "tipo"),
        ),
        *product_columns(),
        channel_column(),
        region_column(),
        money_column(
            "amount", "Amount", "", "value", "close value", "deal value", "importo", "valore"
        ),
        currency_column(required=False),
        Column(
            "stage",
            TEXT,
            "Stage",
            "Where the deal stands; won and lost are closed.",
            required=True,
            aliases=("deal stage", "status", "phase", "fase", "stadio"),
        ),
        Column(
            "forecast_category",
            TEXT,
            "Forecast category",
            aliases=("forecast", "categoria previsione"),
        ),
        Column(
            "created_on",
            DATE,
            "Created on",
            aliases=("created", "engage date", "open date", "data apertura", "data creazione"),
        ),
        Column(
            "expected_close_on",
            DATE,
            "Expected close",
            aliases=("expected close date", "chiusura prevista", "data chiusura prevista"),
        ),
        Column("closed_on", DATE, "Closed on", aliases=("close date", "closed", "data chiusura")),
        Column(
            "is_won",
            BOOLEAN,
            "Won",
            "True won, false lost, empty while open.",
            aliases=("won", "vinta"),
        ),
        Column(
            "lost_reason",
            TEXT,
            "Lost reason",
            aliases=("loss reason", "close reason", "motivo perdita"),
        ),
    ),
)

STAGE_CHANGES = TableSchema(
    name="stage_changes",
    title="Stage changes",
    description="One move of a deal through the funnel.",
    key=("opportunity_id", "to_stage", "changed_at"),
    event_column="changed_at",
    columns=(
        opportunity_column(required=True),
        Column("from_stage", TEXT, "From stage", aliases=("old stage", "da fase")),
        Column(
            "to_stage", TEXT, "To stage", required=True, aliases=("new stage", "stage", "a fase")
        ),
        Column(
            "changed_at",
            TIMESTAMP,
            "Changed at",
            required=True,
            aliases=("date", "change date", "data cambio"),
        ),
        money_column("amount", "Amount", "", "importo"),
        currency_column(required=False),
        Column("changed_by", TEXT, "Changed by", aliases=("user", "autore")),
    ),
)

SPLITS = TableSchema(
    name="splits",
    title="Splits",
    description="Who shares a deal or an order.",
    key=("object_type", "object_id", "person_id", "kind", "role"),
    columns=(
        Column(
            "object_type",
            TEXT,
            "Object type",
            required=True,
            choices=("opportunity", "order", "order_line"),
            aliases=("tipo oggetto",),
        ),
        Column(
            "object_id",
            TEXT,
            "Object",
            required=True,
            aliases=("opportunity id", "order id", "id oggetto"),
        ),
        Column(
            "person_id",
            TEXT,
            "Person",
            required=True,
            aliases=("owner", "owner id", "rep", "persona", "venditore"),
        ),
        Column("role", TEXT, "Role", aliases=("ruolo",)),
        Column(
            "share",
            RATIO,
            "Share",
            required=True,
            minimum="0",
            maximum="1",
            aliases=("split", "percentage", "quota", "percentuale"),
        ),
        Column(
            "kind",
            TEXT,
            "Kind",
            required=True,
            choices=("primary", "overlay"),
            aliases=("split type", "tipo"),
        ),
        Column("rank", INTEGER, "Rank", aliases=("order", "posizione")),
    ),
)

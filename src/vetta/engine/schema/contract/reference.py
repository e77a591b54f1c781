"""What others refer to: products, exchange rates, costs."""

from __future__ import annotations

from vetta.engine.schema.contract.columns import (
    BOOLEAN,
    DATE,
    TEXT,
    campaign_column,
    currency_column,
    id_column,
    money_column,
)
from vetta.engine.schema.types import Column, ColumnType, TableSchema

PRODUCTS = TableSchema(
    name="products",
    title="Products",
    description="The catalogue.",
    key=("product_id",),
    columns=(
        id_column(
            "product_id",
            "Product",
            "product",
            "sku",
            "product code",
            "codice prodotto",
            "id prodotto",
        ),
        Column(
            "name",
            TEXT,
            "Name",
            required=True,
            aliases=("product name", "product", "prodotto", "descrizione", "nome"),
        ),
        Column(
            "family",
            TEXT,
            "Family",
            aliases=(
                "product family",
                "series",
                "category",
                "product line",
                "famiglia",
                "categoria",
                "linea",
            ),
        ),
        money_column("list_price", "List price", "", "price", "sales price", "prezzo", "listino"),
        currency_column(required=False),
        Column("is_active", BOOLEAN, "Active", aliases=("active", "attivo")),
    ),
)

FX_RATES = TableSchema(
    name="fx_rates",
    title="Exchange rates",
    description="One rate: a unit of the first currency is worth this many of the second.",
    key=("from_currency", "to_currency", "on_date", "kind"),
    event_column="on_date",
    columns=(
        Column(
            "from_currency",
            TEXT,
            "From currency",
            required=True,
            aliases=("from", "base currency", "from currency code", "da valuta"),
        ),
        Column(
            "to_currency",
            TEXT,
            "To currency",
            required=True,
            aliases=("to", "quote currency", "to currency code", "a valuta"),
        ),
        Column(
            "on_date",
            DATE,
            "Date",
            required=True,
            aliases=("date", "rate date", "currency rate date", "data"),
        ),
        Column(
            "kind",
            TEXT,
            "Kind",
            required=True,
            choices=("spot", "month_average", "month_end", "plan"),
            aliases=("rate type", "tipo"),
        ),
        Column(
            "rate",
            ColumnType.FX_RATE,
            "Rate",
            required=True,
            minimum="0.0000000001",
            aliases=("exchange rate", "end of day rate", "cambio", "tasso"),
        ),
    ),
)

COSTS = TableSchema(
    name="costs",
    title="Costs",
    description="Sales and marketing spend, for acquisition cost.",
    key=("cost_id",),
    event_column="incurred_on",
    columns=(
        id_column("cost_id", "Cost", "cost", "id costo"),
        Column("category", TEXT, "Category", required=True, aliases=("type", "categoria")),
        money_column("amount", "Amount", "", "value", "importo", required=True),
        currency_column(),
        Column("incurred_on", DATE, "Incurred on", required=True, aliases=("date", "data")),
        Column("team", TEXT, "Team", aliases=("department", "squadra", "reparto")),
        campaign_column(),
    ),
)

"""Orders and their lines: booked, invoiced, paid, delivered, cancelled."""

from __future__ import annotations

from vetta.engine.schema.contract.columns import (
    DATE,
    NUMBER,
    RATIO,
    TEXT,
    account_column,
    channel_column,
    currency_column,
    id_column,
    money_column,
    opportunity_column,
    owner_column,
    product_columns,
    region_column,
)
from vetta.engine.schema.types import Column, TableSchema

ORDER_EVENTS = ("booked", "invoiced", "paid", "delivered", "cancelled")
BALANCING = "balancing"
"""``order_lines.type`` of the line by which an order's lines are made to equal its head."""

ORDERS = TableSchema(
    name="orders",
    title="Orders",
    description="One order, invoice or contract head.",
    key=("order_id",),
    event_column="ordered_on",
    columns=(
        id_column(
            "order_id",
            "Order",
            "order",
            "sales order id",
            "order number",
            "numero ordine",
            "id ordine",
        ),
        account_column(),
        opportunity_column(),
        owner_column(),
        channel_column(),
        region_column(),
        Column(
            "ordered_on",
            DATE,
            "Ordered on",
            required=True,
            aliases=("order date", "date", "data ordine", "data"),
        ),
        money_column(
            "net_amount",
            "Net amount",
            "",
            "amount",
            "subtotal",
            "total",
            "imponibile",
            "importo netto",
            "importo",
        ),
        currency_column(),
    ),
)

ORDER_LINES = TableSchema(
    name="order_lines",
    title="Order lines",
    description="One booking, invoice, payment or cancellation line.",
    key=("order_line_id",),
    event_column="event_on",
    columns=(
        id_column("order_line_id", "Order line", "line id", "order line", "id riga", "riga"),
        Column(
            "order_id",
            TEXT,
            "Order",
            references="orders",
            aliases=("order", "sales order id", "order number", "numero ordine"),
        ),
        account_column(),
        opportunity_column(),
        owner_column(),
        *product_columns(),
        channel_column(),
        region_column(),
        Column(
            "type",
            TEXT,
            "Type",
            "The kind of line; balancing marks the line that makes lines equal their head.",
            aliases=("line type", "tipo", "tipo riga"),
        ),
        Column("quantity", NUMBER, "Quantity", aliases=("qty", "order qty", "quantità", "pezzi")),
        money_column(
            "net_amount",
            "Net amount",
            "",
            "amount",
            "line total",
            "importo netto",
            "importo",
            "totale riga",
            required=True,
        ),
        money_column("cost", "Cost", "The seller's cost of the whole line.", "costo"),
        Column(
            "discount_share",
            RATIO,
            "Discount share",
            "The share of the list price given away, 0..1.",
            minimum="0",
            maximum="1",
            aliases=("discount", "sconto"),
        ),
        currency_column(),
        Column("event", TEXT, "Event", required=True, choices=ORDER_EVENTS, aliases=("evento",)),
        Column(
            "event_on",
            DATE,
            "Event date",
            required=True,
            aliases=(
                "date",
                "booking date",
                "invoice date",
                "order date",
                "data",
                "data ordine",
                "data fattura",
            ),
        ),
        Column(
            "relates_to_id",
            TEXT,
            "Relates to",
            "The booked line that an invoice, payment or delivery belongs to.",
            references="order_lines",
            aliases=("relates to", "riferita a"),
        ),
        Column(
            "cancels_id",
            TEXT,
            "Cancels",
            "The line that this row cancels, wholly or in part.",
            references="order_lines",
            aliases=("cancels", "annulla"),
        ),
    ),
)

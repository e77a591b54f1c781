"""The data contract: every fact table and its columns. ``docs/reference`` is made from this.

Ids are text. Money is ``decimal(18,4)`` in the row's own currency; shares and fractions are
decimals in 0..1; times are UTC. Every stored table carries ``COMMON_COLUMNS`` as well, and
``custom__<name>`` for each typed attribute that a mapping declares.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vetta.engine.schema.types import Column, ColumnType, TableSchema

TEXT, INTEGER = ColumnType.TEXT, ColumnType.INTEGER
MONEY, RATIO, NUMBER = ColumnType.MONEY, ColumnType.RATIO, ColumnType.NUMBER
DATE, TIMESTAMP, BOOLEAN = ColumnType.DATE, ColumnType.TIMESTAMP, ColumnType.BOOLEAN

CUSTOM_PREFIX = "custom__"
EVENT_MONTH = "event_month"
"""Partition of the stored tables: ``2017-03``, or empty text where a row has no event date."""

COMMON_COLUMNS: tuple[Column, ...] = (
    Column("source", TEXT, "Source", "The system that reported the row.", required=True),
    Column("source_id", TEXT, "Source key", "The row's key in its source.", required=True),
    Column("ingested_at", TIMESTAMP, "Ingested at", "When the row took its present values."),
    Column("batch_id", TEXT, "Batch", "The import that gave the row its present values."),
)

ORDER_EVENTS = ("booked", "invoiced", "paid", "delivered", "cancelled")
BALANCING = "balancing"
"""``order_lines.type`` of the line by which an order's lines are made to equal its head."""


def _currency(required: bool = True) -> Column:
    return Column(
        "currency",
        TEXT,
        "Currency",
        "ISO 4217 code of the row's amounts.",
        required=required,
        aliases=("currency code", "iso currency", "valuta", "divisa", "moneta"),
    )


def _id(name: str, title: str, *aliases: str) -> Column:
    return Column(name, TEXT, title, required=True, aliases=("id", *aliases))


def _account(required: bool = False) -> Column:
    return Column(
        "account_id",
        TEXT,
        "Account",
        "The customer or prospect.",
        required=required,
        references="accounts",
        aliases=(
            "account",
            "customer",
            "customer id",
            "client",
            "company",
            "cliente",
            "codice cliente",
            "azienda",
        ),
    )


def _owner() -> Column:
    return Column(
        "owner_id",
        TEXT,
        "Owner",
        "The person the row belongs to, as the source names them.",
        aliases=(
            "owner",
            "sales agent",
            "sales rep",
            "salesperson",
            "salesperson id",
            "rep",
            "assigned to",
            "venditore",
            "agente",
            "commerciale",
            "responsabile",
        ),
    )


def _opportunity(required: bool = False) -> Column:
    return Column(
        "opportunity_id",
        TEXT,
        "Opportunity",
        required=required,
        references="opportunities",
        aliases=("opportunity", "deal", "deal id", "opportunità", "trattativa"),
    )


def _lead() -> Column:
    return Column(
        "lead_id", TEXT, "Lead", references="leads", aliases=("lead", "contatto", "nominativo")
    )


def _product() -> tuple[Column, Column]:
    return (
        Column(
            "product_id",
            TEXT,
            "Product",
            references="products",
            aliases=(
                "product",
                "sku",
                "item",
                "product code",
                "prodotto",
                "articolo",
                "codice prodotto",
            ),
        ),
        Column(
            "product_family",
            TEXT,
            "Product family",
            aliases=(
                "family",
                "series",
                "product line",
                "category",
                "famiglia",
                "categoria",
                "linea",
            ),
        ),
    )


def _channel() -> Column:
    return Column("channel", TEXT, "Channel", aliases=("sales channel", "canale"))


def _region() -> Column:
    return Column(
        "region", TEXT, "Region", aliases=("territory", "area", "regione", "zona", "territorio")
    )


def _campaign() -> Column:
    return Column("campaign_id", TEXT, "Campaign", aliases=("campaign", "campagna"))


def _money(
    name: str, title: str, description: str = "", *aliases: str, required: bool = False
) -> Column:
    return Column(
        name,
        MONEY,
        title,
        description,
        required=required,
        currency_column="currency",
        aliases=aliases,
    )


ACCOUNTS = TableSchema(
    name="accounts",
    title="Accounts",
    description="A customer or prospect.",
    key=("account_id",),
    columns=(
        _id(
            "account_id",
            "Account",
            "account",
            "customer id",
            "customer",
            "codice cliente",
            "id cliente",
        ),
        Column(
            "name",
            TEXT,
            "Name",
            required=True,
            aliases=(
                "account name",
                "company",
                "company name",
                "account",
                "ragione sociale",
                "nome",
            ),
        ),
        Column(
            "parent_account_id",
            TEXT,
            "Parent account",
            references="accounts",
            aliases=("parent", "subsidiary of", "capogruppo"),
        ),
        Column("industry", TEXT, "Industry", aliases=("sector", "settore")),
        Column(
            "employees",
            INTEGER,
            "Employees",
            minimum="0",
            aliases=("headcount", "number of employees", "dipendenti", "addetti"),
        ),
        _money("annual_revenue", "Annual revenue", "", "revenue", "turnover", "fatturato"),
        _currency(required=False),
        Column(
            "country",
            TEXT,
            "Country",
            aliases=("office location", "nation", "paese", "nazione", "stato"),
        ),
        _region(),
        Column("city", TEXT, "City", aliases=("town", "città", "comune")),
        Column("postal_code", TEXT, "Postal code", aliases=("zip", "postcode", "cap")),
        Column(
            "lat",
            NUMBER,
            "Latitude",
            minimum="-90",
            maximum="90",
            aliases=("latitude", "latitudine"),
        ),
        Column(
            "lon",
            NUMBER,
            "Longitude",
            minimum="-180",
            maximum="180",
            aliases=("lng", "longitude", "longitudine"),
        ),
        Column("segment", TEXT, "Segment", aliases=("customer segment", "segmento", "fascia")),
        _channel(),
        _owner(),
        Column(
            "created_on", DATE, "Created on", aliases=("created", "creation date", "data creazione")
        ),
    ),
)

LEADS = TableSchema(
    name="leads",
    title="Leads",
    description="An inbound or outbound lead.",
    key=("lead_id",),
    event_column="created_at",
    columns=(
        _id("lead_id", "Lead", "lead", "id lead"),
        _account(),
        Column(
            "source_channel",
            TEXT,
            "Source channel",
            aliases=("lead source", "origin", "origine", "provenienza"),
        ),
        _campaign(),
        _owner(),
        Column("status", TEXT, "Status", aliases=("lead status", "stato")),
        Column(
            "created_at",
            TIMESTAMP,
            "Created at",
            required=True,
            aliases=("created", "creation date", "data creazione"),
        ),
        Column("qualified_at", TIMESTAMP, "Qualified at", aliases=("qualified", "data qualifica")),
        Column(
            "converted_at", TIMESTAMP, "Converted at", aliases=("converted", "data conversione")
        ),
        _opportunity(),
    ),
)

OPPORTUNITIES = TableSchema(
    name="opportunities",
    title="Opportunities",
    description="A deal as it stands now.",
    key=("opportunity_id",),
    event_column="created_on",
    columns=(
        _id("opportunity_id", "Opportunity", "opportunity", "deal id", "deal", "id opportunità"),
        _account(),
        _owner(),
        _lead(),
        Column("name", TEXT, "Name", aliases=("deal name", "opportunity name", "nome")),
        Column(
            "type",
            TEXT,
            "Type",
            choices=("new", "renewal", "expansion"),
            aliases=("deal type", "tipo"),
        ),
        *_product(),
        _channel(),
        _region(),
        _money("amount", "Amount", "", "value", "close value", "deal value", "importo", "valore"),
        _currency(required=False),
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
        _opportunity(required=True),
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
        _money("amount", "Amount", "", "importo"),
        _currency(required=False),
        Column("changed_by", TEXT, "Changed by", aliases=("user", "autore")),
    ),
)

ORDERS = TableSchema(
    name="orders",
    title="Orders",
    description="One order, invoice or contract head.",
    key=("order_id",),
    event_column="ordered_on",
    columns=(
        _id(
            "order_id",
            "Order",
            "order",
            "sales order id",
            "order number",
            "numero ordine",
            "id ordine",
        ),
        _account(),
        _opportunity(),
        _owner(),
        _channel(),
        _region(),
        Column(
            "ordered_on",
            DATE,
            "Ordered on",
            required=True,
            aliases=("order date", "date", "data ordine", "data"),
        ),
        _money(
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
        _currency(),
    ),
)

ORDER_LINES = TableSchema(
    name="order_lines",
    title="Order lines",
    description="One booking, invoice, payment or cancellation line.",
    key=("order_line_id",),
    event_column="event_on",
    columns=(
        _id("order_line_id", "Order line", "line id", "order line", "id riga", "riga"),
        Column(
            "order_id",
            TEXT,
            "Order",
            references="orders",
            aliases=("order", "sales order id", "order number", "numero ordine"),
        ),
        _account(),
        _opportunity(),
        _owner(),
        *_product(),
        _channel(),
        _region(),
        Column(
            "type",
            TEXT,
            "Type",
            "The kind of line; balancing marks the line that makes lines equal their head.",
            aliases=("line type", "tipo", "tipo riga"),
        ),
        Column("quantity", NUMBER, "Quantity", aliases=("qty", "order qty", "quantità", "pezzi")),
        _money(
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
        _money("cost", "Cost", "The seller's cost of the whole line.", "costo"),
        Column(
            "discount_share",
            RATIO,
            "Discount share",
            "The share of the list price given away, 0..1.",
            minimum="0",
            maximum="1",
            aliases=("discount", "sconto"),
        ),
        _currency(),
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

ACTIVITIES = TableSchema(
    name="activities",
    title="Activities",
    description="A call, e-mail, meeting, demo or visit.",
    key=("activity_id",),
    event_column="occurred_at",
    columns=(
        _id("activity_id", "Activity", "activity", "id attività"),
        Column("type", TEXT, "Type", required=True, aliases=("activity type", "tipo")),
        _owner(),
        _account(),
        _lead(),
        _opportunity(),
        Column(
            "occurred_at",
            TIMESTAMP,
            "Occurred at",
            required=True,
            aliases=("date", "activity date", "start", "data"),
        ),
        Column(
            "duration_s",
            INTEGER,
            "Duration in seconds",
            minimum="0",
            aliases=("duration", "durata"),
        ),
        Column("outcome", TEXT, "Outcome", aliases=("result", "esito")),
        _channel(),
        _campaign(),
    ),
)

OUTREACH_EVENTS = TableSchema(
    name="outreach_events",
    title="Outreach events",
    description="One step of an outreach campaign.",
    key=("event_id",),
    event_column="occurred_at",
    columns=(
        _id("event_id", "Event", "event", "id evento"),
        _campaign(),
        Column("campaign_name", TEXT, "Campaign name", aliases=("nome campagna",)),
        Column("step", INTEGER, "Step", minimum="0", aliases=("sequence step", "passo")),
        Column(
            "channel", TEXT, "Channel", "email, linkedin, call, …", aliases=("medium", "canale")
        ),
        Column(
            "type",
            TEXT,
            "Type",
            required=True,
            choices=(
                "sent",
                "delivered",
                "opened",
                "clicked",
                "accepted",
                "replied",
                "bounced",
                "unsubscribed",
                "meeting_booked",
            ),
            aliases=("event type", "tipo"),
        ),
        _lead(),
        _owner(),
        Column(
            "occurred_at",
            TIMESTAMP,
            "Occurred at",
            required=True,
            aliases=("date", "timestamp", "data"),
        ),
    ),
)

SURVEY_RESPONSES = TableSchema(
    name="survey_responses",
    title="Survey responses",
    description="A CSAT, NPS or CES answer.",
    key=("response_id",),
    event_column="answered_at",
    columns=(
        _id("response_id", "Response", "response", "id risposta"),
        Column(
            "kind",
            TEXT,
            "Kind",
            required=True,
            choices=("csat", "nps", "ces"),
            aliases=("survey", "survey type", "tipo"),
        ),
        Column(
            "score",
            NUMBER,
            "Score",
            required=True,
            aliases=("rating", "answer", "punteggio", "voto"),
        ),
        Column("scale_min", NUMBER, "Lowest of the scale", aliases=("minimo",)),
        Column("scale_max", NUMBER, "Highest of the scale", aliases=("massimo",)),
        _account(),
        _opportunity(),
        _owner(),
        Column(
            "answered_at",
            TIMESTAMP,
            "Answered at",
            required=True,
            aliases=("date", "response date", "data"),
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
        _id("cost_id", "Cost", "cost", "id costo"),
        Column("category", TEXT, "Category", required=True, aliases=("type", "categoria")),
        _money("amount", "Amount", "", "value", "importo", required=True),
        _currency(),
        Column("incurred_on", DATE, "Incurred on", required=True, aliases=("date", "data")),
        Column("team", TEXT, "Team", aliases=("department", "squadra", "reparto")),
        _campaign(),
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

PRODUCTS = TableSchema(
    name="products",
    title="Products",
    description="The catalogue.",
    key=("product_id",),
    columns=(
        _id(
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
        _money("list_price", "List price", "", "price", "sales price", "prezzo", "listino"),
        _currency(required=False),
        Column("is_active", BOOLEAN, "Active", aliases=("active", "attivo")),
    ),
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

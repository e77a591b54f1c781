"""Customers, prospects and leads."""

from __future__ import annotations

from vetta.engine.schema.contract.columns import (
    DATE,
    INTEGER,
    NUMBER,
    TEXT,
    TIMESTAMP,
    account_column,
    campaign_column,
    channel_column,
    currency_column,
    id_column,
    money_column,
    opportunity_column,
    owner_column,
    region_column,
)
from vetta.engine.schema.types import Column, TableSchema

ACCOUNTS = TableSchema(
    name="accounts",
    title="Accounts",
    description="A customer or prospect.",
    key=("account_id",),
    columns=(
        id_column(
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
        money_column("annual_revenue", "Annual revenue", "", "revenue", "turnover", "fatturato"),
        currency_column(required=False),
        Column(
            "country",
            TEXT,
            "Country",
            aliases=("office location", "nation", "paese", "nazione", "stato"),
        ),
        region_column(),
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
        channel_column(),
        owner_column(),
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
        id_column("lead_id", "Lead", "lead", "id lead"),
        account_column(),
        Column(
            "source_channel",
            TEXT,
            "Source channel",
            aliases=("lead source", "origin", "origine", "provenienza"),
        ),
        campaign_column(),
        owner_column(),
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
        opportunity_column(),
    ),
)

"""Columns that several tables of the contract have."""

from __future__ import annotations

from vetta.engine.schema.types import Column, ColumnType

TEXT, INTEGER = ColumnType.TEXT, ColumnType.INTEGER
MONEY, RATIO, NUMBER = ColumnType.MONEY, ColumnType.RATIO, ColumnType.NUMBER
DATE, TIMESTAMP, BOOLEAN = ColumnType.DATE, ColumnType.TIMESTAMP, ColumnType.BOOLEAN


def currency_column(required: bool = True) -> Column:
    """ISO 4217 code of the row's amounts."""
    return Column(
        "currency",
        TEXT,
        "Currency",
        "ISO 4217 code of the row's amounts.",
        required=required,
        aliases=("currency code", "iso currency", "valuta", "divisa", "moneta"),
    )


def id_column(name: str, title: str, *aliases: str) -> Column:
    """The key of a table."""
    return Column(name, TEXT, title, required=True, aliases=("id", *aliases))


def account_column(required: bool = False) -> Column:
    """The customer or prospect that a row belongs to."""
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


def owner_column() -> Column:
    """The person that a row belongs to."""
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


def opportunity_column(required: bool = False) -> Column:
    """The deal that a row belongs to."""
    return Column(
        "opportunity_id",
        TEXT,
        "Opportunity",
        required=required,
        references="opportunities",
        aliases=("opportunity", "deal", "deal id", "opportunità", "trattativa"),
    )


def lead_column() -> Column:
    """The lead that a row belongs to."""
    return Column(
        "lead_id", TEXT, "Lead", references="leads", aliases=("lead", "contatto", "nominativo")
    )


def product_columns() -> tuple[Column, Column]:
    """What was sold, and the family it counts to."""
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


def channel_column() -> Column:
    """The way of selling."""
    return Column("channel", TEXT, "Channel", aliases=("sales channel", "canale"))


def region_column() -> Column:
    """The sales region."""
    return Column(
        "region", TEXT, "Region", aliases=("territory", "area", "regione", "zona", "territorio")
    )


def campaign_column() -> Column:
    """The campaign that a row came from."""
    return Column("campaign_id", TEXT, "Campaign", aliases=("campaign", "campagna"))


def money_column(
    name: str, title: str, description: str = "", *aliases: str, required: bool = False
) -> Column:
    """An amount in the row's own currency."""
    return Column(
        name,
        MONEY,
        title,
        description,
        required=required,
        currency_column="currency",
        aliases=aliases,
    )

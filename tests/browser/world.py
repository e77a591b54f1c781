"""A small company for the browser: the cast in its places, a year of deals, one refused row."""

from __future__ import annotations

from pathlib import Path

from tests.people.factories import place_cast
from vetta.core.access import system_actor
from vetta.intake.mapping import read_mapping
from vetta.intake.services import run_import

MAPPING = """
source: crm
files: {deals: {path: deals.csv}}
tables:
  opportunities:
    from: deals
    columns:
      opportunity_id: id
      owner_id: owner
      channel: channel
      stage: {column: stage, values: {Won: won, Lost: lost}}
      is_won: {column: stage, values: {Won: "true", Lost: "false"}}
      amount: amount
      currency: {constant: EUR}
      created_on: created
      closed_on: closed
"""


def deals(count: int = 96) -> str:
    """A year of closed deals of Bea, Cy and somebody whom nobody knows; one has a bad amount."""
    lines = ["id,owner,channel,stage,amount,created,closed"]
    for number in range(count):
        owner = ("bea", "cy", "bea", "stranger")[number % 4]
        stage = "Won" if number % 3 else "Lost"
        amount = "12.400 €" if number == 7 else f"{1000 + number * 10}.50"
        channel = ("web", "field")[number % 2]
        month = number % 12 + 1
        lines.append(
            f"D{number},{owner},{channel},{stage},{amount},2025-{month:02}-01,2025-{month:02}-20"
        )
    return "\n".join(lines) + "\n"


def build(cast: object, folder: Path) -> str:
    """Place the cast and import the deals; the batch's id."""
    place_cast(cast)
    folder.mkdir()
    (folder / "deals.csv").write_text(deals())
    result = run_import([folder], read_mapping(MAPPING), actor=system_actor("test"))
    assert result.batch is not None
    return result.batch

"""Suggesting a mapping from headers and values, in English and Italian."""

from __future__ import annotations

from vetta.intake.mapping import read_mapping
from vetta.intake.services import keep_mapping, suggest_mapping


def test_an_english_export(door, actor):
    door.write(
        "opportunities.csv",
        ("Opportunity ID,Sales Agent,Deal Stage,Close Date,Close Value\n1,Ann,Won,2024-01-05,10\n"),
    )
    found = read_mapping(suggest_mapping([door.folder], actor=actor).text)
    columns = found.tables["opportunities"][0].columns
    assert {name: spec.column for name, spec in columns.items() if spec.column} == {
        "opportunity_id": "Opportunity ID",
        "owner_id": "Sales Agent",
        "stage": "Deal Stage",
        "closed_on": "Close Date",
        "amount": "Close Value",
    }


def test_an_italian_export(door, actor):
    door.write(
        "ordini.csv",
        (
            "Numero ordine;Cliente;Data ordine;Importo netto;Venditore\n"
            "1;Rossi;25/03/2024;1.234,50;Ann\n2;Bianchi;26/03/2024;7,00;Bob\n"
        ),
    )
    text = suggest_mapping([door.folder], actor=actor, source="gestionale").text
    found = read_mapping(text)
    file = found.files["ordini"]
    assert (file.decimal, file.thousands, file.date_format) == (",", ".", ["dd/mm/yyyy"])
    columns = found.tables["orders"][0].columns
    assert columns["net_amount"].column == "Importo netto"
    assert columns["ordered_on"].column == "Data ordine"
    result = door.run(text)
    assert result.exit_code == 0, result.problems
    assert str(door.rows("orders", "net_amount")[1][0]) == "1234.5000"


def test_dates_that_can_be_read_in_two_ways_are_asked(door, actor):
    door.write("orders.csv", "order id,order date,net amount\n1,03/04/2024,10\n")
    found = suggest_mapping([door.folder], actor=actor)
    assert "intake.ambiguous_date" in [problem.code for problem in found.problems]
    assert "date_format" not in found.text


def test_kept_mappings_have_versions(door, actor):
    first = keep_mapping("crm", door.mapping, actor=actor)
    assert keep_mapping("crm", door.mapping, actor=actor) == first
    assert keep_mapping("crm", door.mapping + "# more\n", actor=actor).version == 2

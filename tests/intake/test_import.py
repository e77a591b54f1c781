"""Importing: what lands, what is unchanged, what is refused, and how it is told."""

from __future__ import annotations

import gzip
import zipfile
from decimal import Decimal

import pytest

from vetta.core.access import NotAllowed, actor_for
from vetta.intake.models import Batch, BatchState, QuarantinedRow, Snapshot
from vetta.intake.services import run_import  # noqa: F401 (the door under test)


def test_good_rows_land_and_are_published(door):
    door.deals("1,Ann,Won,10.50,EUR,2024-01-05,2024-02-01", "2,Bob,Open,,EUR,2024-01-06,")
    result = door.run()
    assert result.exit_code == 0
    assert result.as_json()["tables"]["opportunities"] == {
        "read": 2,
        "inserted": 2,
        "updated": 0,
        "unchanged": 0,
        "quarantined": 0,
        "version": 1,
    }
    assert door.rows() == [("1", Decimal("10.5000"), "won"), ("2", None, "open")]
    assert Snapshot.objects.get().versions == {"opportunities": 1}
    assert Batch.objects.get().state == BatchState.FINISHED


def test_the_same_file_twice_changes_nothing(door):
    door.deals("1,Ann,Won,10,EUR,2024-01-05,2024-02-01")
    first = door.run()
    again = door.run()
    table = again.tables["opportunities"]
    assert (table.inserted, table.updated, table.unchanged, table.version) == (0, 0, 1, 1)
    assert again.exit_code == 0
    assert door.rows(what="batch_id") == [(first.batch,)]
    assert Snapshot.objects.count() == 1


def test_a_changed_row_is_updated_alone(door):
    door.deals("1,Ann,Won,10,EUR,2024-01-05,", "2,Bob,Won,20,EUR,2024-03-05,")
    first = door.run()
    door.deals("1,Ann,Won,11,EUR,2024-01-05,", "2,Bob,Won,20,EUR,2024-03-05,")
    second = door.run()
    table = second.tables["opportunities"]
    assert (table.inserted, table.updated, table.unchanged) == (0, 1, 1)
    assert door.rows(what="source_id, batch_id") == [("1", second.batch), ("2", first.batch)]


def test_refused_rows_go_to_quarantine_and_the_others_land(door):
    door.deals(
        "1,Ann,Won,10,EUR,2024-01-05,",
        "2,Bob,Perhaps,20,EUR,2024-01-05,",
        "3,Cy,Won,abc,EUR,2024-01-05,",
        ",Dag,Won,1,EUR,2024-01-05,",
        "5,Eve,Won,1,XQZ,2024-01-05,",
        "6,Fay,Won,1,EUR,03/04/2024,",
        "7,Gus,Won,1,EUR,2024-13-45,",
        "8,Hal,Won,NaN,EUR,2024-01-05,",
        "9,Ida,Won,inf,EUR,2024-01-05,",
        "10,Jon,Won,1,EUR,1850-01-01,",
        "11,Kim,Won,12345678901234567890,EUR,2024-01-05,",
        "1,Ann,Won,99,EUR,2024-01-05,",
        '12,Lee,Won,"1,50",EUR,2024-01-05,',
    )
    result = door.run()
    assert result.exit_code == 3
    found = {(p.row, p.column, p.code) for p in result.errors}
    assert found == {
        (2, "stage", "intake.unknown_value"),
        (3, "amount", "intake.not_a_number"),
        (4, "opportunity_id", "intake.required"),
        (5, "currency", "intake.unknown_currency"),
        (6, "created_on", "intake.ambiguous_date"),
        (7, "created_on", "intake.not_a_date"),
        (8, "amount", "intake.not_finite"),
        (9, "amount", "intake.not_finite"),
        (10, "created_on", "intake.date_out_of_range"),
        (11, "amount", "intake.number_too_large"),
        (12, "opportunity_id", "intake.duplicate_key"),
        (13, "amount", "intake.decimal_comma"),
    }
    assert all(p.file == "deals.csv" and p.message and p.hint for p in result.errors)
    assert door.rows() == [("1", Decimal("10.0000"), "won")]
    assert QuarantinedRow.objects.count() == 12
    assert result.tables["opportunities"].quarantined == 12


def test_lines_that_cannot_be_read_are_refused_with_their_row(door):
    door.write("deals.csv", HEADER_LINES)
    result = door.run()
    assert result.exit_code == 3
    assert [(p.code, p.row) for p in result.errors] == [("files.missing_cells", 2)]
    assert [row[0] for row in door.rows()] == ["1", "3"]


HEADER_LINES = (
    "id,owner,stage,amount,currency,created,closed\n"
    "1,Ann,Won,1,EUR,2024-01-05,\n2,Bob\n3,Cy,Won,1,EUR,2024-01-05,\n"
)


def test_over_the_declared_error_share_nothing_lands(door):
    door.deals("1,Ann,Won,10,EUR,2024-01-05,", "2,Bob,Won,x,EUR,2024-01-05,")
    result = door.run("error_share: 0.4" + door.mapping)
    assert result.exit_code == 2
    assert "intake.error_share" in door.codes(result)
    assert result.tables["opportunities"].inserted == 0
    assert door.store.version("opportunities") is None
    assert Batch.objects.get().state == BatchState.REJECTED
    assert QuarantinedRow.objects.count() == 0


def test_without_a_declared_share_a_wrong_mapping_still_lands_nothing(door):
    door.deals(
        *(f"{i},Ann,Won,x,EUR,2024-01-05," for i in range(120)), "999,Ann,Won,1,EUR,2024-01-05,"
    )
    assert door.run().exit_code == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "files.empty"),
        ("id,owner,stage,amount,currency,created,closed\n", "intake.nothing_to_read"),
        ("id;owner;stage\n1;2;3\n", "intake.no_such_source_column"),
        (
            "id,owner,stage,amount,currency,created\n1,a,Won,1,EUR,2024-01-05\n",
            "intake.no_such_source_column",
        ),
    ],
)
def test_files_that_cannot_be_used_land_nothing(door, content, code):
    door.write("deals.csv", content)
    result = door.run()
    assert result.exit_code == 2
    assert code in door.codes(result)
    assert result.batch is not None


def test_a_missing_file_is_named(door):
    door.write("other.csv", "a\n1\n")
    door.write("third.csv", "a\n1\n")
    result = door.run()
    assert result.exit_code == 2
    assert "other.csv" in result.problems[0].hint


def test_extra_columns_are_no_obstacle(door):
    door.write("deals.csv", "extra," + HEADER_LINES.replace("\n", "\nx,").removesuffix("x,"))
    assert door.run().tables["opportunities"].inserted == 2


@pytest.mark.parametrize("pack", ["gzip", "zip", "zip in a folder", "single file"])
def test_packed_and_single_files_are_read(door, pack, tmp_path):
    path = door.deals("1,Ann,Won,10,EUR,2024-01-05,")
    if pack == "gzip":
        door.write("deals.csv.gz", gzip.compress(path.read_bytes()))
        path.unlink()
        result = door.run()
    elif pack == "single file":
        result = door.run(paths=[path.rename(tmp_path / "renamed export.csv")])
    else:
        archive = tmp_path / "delivery.zip"
        inside = "deals.csv" if pack == "zip" else "export/2024/deals.csv"
        with zipfile.ZipFile(archive, "w") as packed:
            packed.write(path, inside)
        result = door.run(paths=[archive])
    assert result.exit_code == 0
    assert result.tables["opportunities"].inserted == 1


def test_a_path_out_of_the_folder_is_not_followed(door, tmp_path):
    (tmp_path / "secret.csv").write_text("id\n1\n")
    (door.folder / "deals.csv").symlink_to(tmp_path / "secret.csv")
    door.write("a.csv", "a\n1\n")
    door.write("b.csv", "a\n1\n")
    assert door.run().problems[0].code == "intake.file_missing"
    mapping = door.mapping.replace("deals.csv", "../secret.csv")
    assert door.run(mapping).problems[0].code == "intake.file_missing"


def test_a_dry_run_counts_as_the_run_would_and_writes_nothing(door):
    door.deals("1,Ann,Won,10,EUR,2024-01-05,")
    door.run()
    door.deals(
        "1,Ann,Won,11,EUR,2024-01-05,", "2,Bob,Won,x,EUR,2024-01-05,", "3,Cy,Won,1,EUR,2024-01-05,"
    )
    dry = door.run(dry_run=True)
    assert dry.batch is None
    assert Batch.objects.count() == 1
    assert len(door.rows()) == 1
    real = door.run()
    same = ("read", "inserted", "updated", "unchanged", "quarantined")
    assert [getattr(dry.tables["opportunities"], n) for n in same] == [
        getattr(real.tables["opportunities"], n) for n in same
    ]
    assert dry.exit_code == real.exit_code == 3


def test_manners_of_writing(door):
    mapping = """
    source: erp
    files:
      deals: {path: deals.csv, decimal: ",", thousands: ".", date_format: dd/mm/yyyy,
              empty: [n/a]}
    tables:
      opportunities:
        from: deals
        columns:
          opportunity_id: Codice
          stage: {constant: open}
          amount: Importo
          created_on: Data apertura
    """
    door.write(
        "deals.csv",
        "Codice;Importo;Data apertura\nA;1.234,50;03/04/2024\nB;n/a; 13/04/2024 \nC;-7;n/a\n"
        "D;1.2;01/01/2024\n".encode("utf-8-sig"),
    )
    result = door.run(mapping)
    assert [(p.row, p.code) for p in result.errors] == [(4, "intake.not_a_number")]
    assert [
        (r[0], str(r[1]), str(r[2])) for r in door.rows(what="source_id, amount, created_on")
    ] == [("A", "1234.5000", "2024-04-03"), ("B", "None", "2024-04-13"), ("C", "-7.0000", "None")]


def test_rounding_and_formulas_are_told(door):
    door.deals("1,=SUM(A1),Won,1.00005,EUR,2024-01-05,", "2,Bob,Won,-1.00005,EUR,2024-01-05,")
    result = door.run()
    assert result.exit_code == 0
    assert {"intake.formula", "intake.rounded"} <= set(door.codes(result))
    assert [str(row[1]) for row in door.rows()] == ["1.0001", "-1.0001"]
    assert door.rows(what="owner_id")[0] == ("=SUM(A1)",)


def test_joins_replacements_conditions_and_custom_attributes(door):
    mapping = """
    source: crm
    files: {deals: {path: deals.csv}, agents: {path: agents.csv}}
    tables:
      opportunities:
        from: deals
        where: "stage <> 'Test'"
        join: [{file: agents, as: a, on: {owner: a.name}}]
        columns:
          opportunity_id: id
          owner_id: {column: owner, replace: {Bobb: Bob}}
          stage: LOWER(stage)
          amount: CAST(amount AS NUMBER) * 1000
          currency: {column: currency, default: EUR}
          created_on: created
          region: a.office
          custom: {age: {column: a.age, type: integer}}
    """
    door.write("agents.csv", "name,office,age\nAnn,North,40\nBob,South,x\n")
    door.deals(
        "1,Ann,Won,1.5,,2024-01-05,", "2,Bobb,Won,2,USD,2024-01-05,", "3,Cy,Test,2,USD,2024-01-05,"
    )
    result = door.run(mapping)
    codes = door.codes(result)
    assert result.tables["opportunities"].read == 2
    assert {"intake.left_out", "intake.replaced"} <= set(codes)
    assert door.rows(what="source_id, owner_id, amount, currency, region, custom__age") == [
        ("1", "Ann", Decimal(1500), "EUR", "North", 40),
        ("2", "Bob", Decimal(2000), "USD", None, None),
    ]


def test_a_join_on_a_key_that_is_not_unique_is_refused(door):
    mapping = door.mapping.replace(
        "from: deals", "from: deals\n    join: [{file: agents, as: a, on: {owner: a.name}}]"
    ).replace("files: {", "files: {agents: {path: agents.csv}, ")
    door.write("agents.csv", "name\nAnn\nAnn\n")
    door.deals("1,Ann,Won,1,EUR,2024-01-05,")
    result = door.run(mapping)
    assert result.exit_code == 2
    assert door.codes(result) == ["intake.join_not_unique"]


@pytest.mark.parametrize(
    "expression",
    [
        "amount; DROP TABLE x",
        "(SELECT 1)",
        "read_csv('/etc/passwd')",
        "getenv('HOME')",
        "sum(amount)",
        "amount -- ",
        "1 +",
    ],
)
def test_hostile_expressions_are_refused_with_a_hint(door, expression):
    door.deals("1,Ann,Won,1,EUR,2024-01-05,")
    result = door.run(door.mapping.replace("amount: amount", f'amount: "{expression}"'))
    assert result.exit_code == 2
    assert result.problems[0].code.startswith("expression.")
    assert result.problems[0].column == "amount"
    assert result.problems[0].file == "deals.csv"


def test_unknown_tables_and_columns_are_named_with_the_nearest(door):
    door.deals("1,Ann,Won,1,EUR,2024-01-05,")
    result = door.run(door.mapping.replace("opportunities:", "oportunities:"))
    assert "opportunities" in result.problems[0].hint
    result = door.run(door.mapping.replace("amount: amount", "ammount: amount"))
    assert "'amount'" in result.problems[0].hint


def test_custom_attributes_keep_their_type(door):
    door.deals("1,Ann,Won,1,EUR,2024-01-05,")
    custom = "      custom: {note: {column: owner, type: %s}}\n"
    assert door.run(door.mapping + custom % "text").exit_code == 0
    result = door.run(door.mapping + custom % "integer")
    assert result.exit_code == 2
    assert "intake.custom_type" in door.codes(result)
    assert door.rows(what="custom__note") == [("Ann",)]


def test_who_may_import(door, cast):
    door.deals("1,Ann,Won,1,EUR,2024-01-05,")
    for name in ("bea", "cy", "dag", "rui"):
        with pytest.raises(NotAllowed):
            door.run(actor=actor_for(getattr(cast, name)))
    assert door.run(actor=actor_for(cast.ada)).exit_code == 0
    assert Batch.objects.get().actor == cast.ada

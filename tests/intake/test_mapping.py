"""Mapping files: read, written back, and refused with the line of the mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vetta.intake.mapping import dump_mapping, json_schema, read_mapping
from vetta.kernel.problem import ProblemError

GOOD = """
source: crm
files: {p: {path: a.csv, decimal: ",", date_format: dd/mm/yyyy}, t: {path: b.csv}}
tables:
  opportunities:
    from: p
    join: [{file: t, as: x, on: {agent: x.agent}}]
    distinct: yes
    key: opportunity_id
    columns:
      opportunity_id: opportunity_id
      stage: {column: deal_stage, values: {Won: won, No: ""}}
      currency: {constant: USD}
      custom: {reason: {column: a, type: text}}
"""


def test_what_is_written_reads_back_the_same():
    mapping = read_mapping(GOOD)
    assert read_mapping(dump_mapping(mapping)) == mapping
    section = mapping.tables["opportunities"][0]
    assert section.join[0].on == {"agent": "x.agent"}
    assert section.columns["stage"].values == {"Won": "won", "No": ""}
    assert section.custom["reason"].column == "a"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "nothing"),
        ("a: [", 1, "YAML"),
        (
            "source: x\nfiles: {a: {path: x, pth: 1}}\ntables: {orders: {from: a, columns: {}}}",
            2,
            "pth",
        ),
        ("source: x\nfiles: {a: {path: x}}\ntables:\n  orders: {from: b, columns: {}}", 4, "'b'"),
        (
            "source: x\nfiles: {a: {path: x}}\ntables:\n  orders:\n    from: a\n    colums: {}",
            None,
            "colums",
        ),
        (
            "source: x\nfiles: {a: {path: x}}\ntables:\n  orders:\n    from: a\n    columns:\n"
            "      order_id: {column: a, constant: b}",
            7,
            "exactly one",
        ),
        ("a: &x [1]\nb: *x", None, "aliases"),
        ("!!python/object/apply:os.system [ls]", 1, "YAML"),
    ],
)
def test_mistakes_are_refused_with_their_line(text, line, words):
    with pytest.raises(ProblemError) as error:
        read_mapping(text, "m.yaml")
    found = [p for p in error.value.problems if words in p.message + p.hint]
    assert found, [p.message for p in error.value.problems]
    assert found[0].file == "m.yaml"
    if line is not None:
        assert found[0].line == line


def test_the_published_schema_is_the_real_one():
    path = Path(__file__).resolve().parents[2] / "docs" / "reference" / "mapping.schema.json"
    assert json.loads(path.read_text()) == json.loads(json.dumps(json_schema()))

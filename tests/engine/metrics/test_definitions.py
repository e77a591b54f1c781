"""The catalogue is sound; definitions and formulas are checked when they are read."""

from __future__ import annotations

from fractions import Fraction

import pytest

from vetta.engine.metrics.catalogue_reader import built_in, check, made_of, read_definition
from vetta.engine.metrics.definitions import TARGETS, Kind
from vetta.engine.metrics.dimensions import JOINERS, columns_of
from vetta.engine.metrics.formula import evaluate, parse
from vetta.engine.metrics.plan import available_dimensions, plan
from vetta.engine.schema import FACT_TABLES
from vetta.kernel.problem import ProblemError

CATALOGUE = built_in()
CONTRACT = {
    "won_deals",
    "lost_deals",
    "win_rate",
    "won_revenue",
    "average_deal_size",
    "sales_cycle_days",
    "bookings",
    "order_count",
    "open_pipeline",
    "quota_attainment",
    "gross_margin",
}
DIMENSIONS = {"person", "manager", "team", "product", "product_family", "region", "team_region"}
DIMENSIONS |= {"channel", "account", "segment"}


def test_at_least_thirty_kpis_of_every_kind_with_all_of_the_contract():
    shown = [one for one in CATALOGUE.values() if not one.hidden]
    assert len(shown) >= 30
    assert {one.kind for one in shown} == set(Kind)
    assert set(CATALOGUE) >= CONTRACT


def test_the_dimensions_of_the_contract():
    assert set(available_dimensions(plan(CATALOGUE, "bookings"))) >= DIMENSIONS
    assert set(available_dimensions(plan(CATALOGUE, "win_rate"))) >= DIMENSIONS | {"stage"}


@pytest.mark.parametrize("name", CATALOGUE)
def test_each_definition_names_tables_columns_and_sources_that_exist(name):
    one = CATALOGUE[name]
    for leaf in plan(CATALOGUE, name).leaves:
        measure = leaf.measure
        if measure.table == TARGETS:
            assert set(measure.targets_on) <= set(CATALOGUE)
            continue
        assert measure.table in FACT_TABLES or measure.table == JOINERS
        assert measure.dated_by in columns_of(measure.table)
    assert set(one.sources) <= {*FACT_TABLES, "targets", "people"}
    if one.kind is not Kind.SIMPLE:
        inherited = {source for part in made_of(one) for source in CATALOGUE[part].sources}
        assert inherited <= set(one.sources)
    assert one.title.en != one.description.en
    assert one.description.it.endswith(".")
    assert all(text.it and text.en for text in one.caveats)


GOOD = {
    "name": "mine",
    "kind": "ratio",
    "title": {"en": "Mine", "it": "Mio"},
    "description": {"en": "Mine.", "it": "Mio."},
    "owner": "me",
    "category": "own",
    "formula": "a ÷ b",
    "direction": "neutral",
    "unit": "ratio",
    "sources": ["opportunities"],
    "numerator": "won_deals",
    "denominator": "lost_deals",
}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"numerator": None}, "needs numerator"),
        ({"expression": "won_deals"}, "takes no expression"),
        ({"title": {"en": "Only English"}}, "required"),
        ({"colour": "red"}, "not permitted"),
        ({"name": "1st"}, "match pattern"),
        ({"version": 0}, "greater than or equal"),
    ],
)
def test_a_wrong_definition_says_what_is_wrong(change, word):
    with pytest.raises(ProblemError, match=word):
        read_definition({**GOOD, **change})


def test_circles_and_unknown_parts_are_found():
    one = read_definition({**GOOD, "name": "one", "numerator": "two"})
    two = read_definition({**GOOD, "name": "two", "numerator": "one"})
    with pytest.raises(ProblemError, match="made of itself"):
        check({**CATALOGUE, "one": one, "two": two})
    lost = read_definition({**GOOD, "numerator": "won_deal"})
    with pytest.raises(ProblemError) as error:
        check({**CATALOGUE, "mine": lost}, ["mine"])
    assert "won_deals" in error.value.problems[0].hint


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a / b", Fraction(2, 3)),
        ("(a - b) / b * 100", Fraction(-100, 3)),
        ("-a + 0.1", Fraction(-19, 10)),
        ("a / (b - 3)", None),
        ("a + nothing", None),
    ],
)
def test_formulas_are_exact(text, value):
    assert evaluate(parse(text), {"a": 2, "b": 3, "nothing": None}) == value


@pytest.mark.parametrize(
    "text",
    ["a +", "sum(a)", "'a' + 1", "a.b", "a; b", "(SELECT 1)", "a OR b", "a" + "+a" * 300, ""],
)
def test_other_text_is_refused_with_a_hint(text):
    with pytest.raises(ProblemError) as error:
        parse(text)
    assert error.value.problems[0].code == "metrics.bad_formula"
    assert error.value.problems[0].hint

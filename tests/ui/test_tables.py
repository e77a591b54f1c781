"""The list kit: address, search, filters, order, columns, pages, exports."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from python_calamine import CalamineWorkbook

from vetta.ui.models import SavedView
from vetta.ui.services import MAX_VIEWS, save_view
from vetta.ui.tables import Column, Filter, Kind, Table
from vetta.ui.tables.export import neutral

pytestmark = pytest.mark.django_db

TABLE = Table(
    key="test.deals",
    title="Deals",
    columns=(
        Column("name", "Deal", lead=True, search=("name",), link=lambda row: f"/deals/{row['id']}"),
        Column("amount", "Amount", Kind.MONEY),
        Column("closed", "Closed", Kind.DATE),
        Column("stage", "Stage", shown=False),
    ),
    filters=(
        Filter("stage", "Stage", choices=(("won", "Won"), ("lost", "Lost"))),
        Filter("closed", "Closed", dates=True),
    ),
    order="-amount",
    page_size=10,
)
ROWS = [
    {
        "id": number,
        "name": f"Deal {number}",
        "amount": Decimal(number * 100) / 3,
        "currency": "EUR",
        "closed": date(2026, 1, 1 + number % 28),
        "stage": "won" if number % 2 else "lost",
    }
    for number in range(1, 36)
] + [{"id": 99, "name": "=HYPERLINK(evil)", "amount": None, "closed": None, "stage": "lost"}]


def bound(address: str = "", rows=ROWS):
    request = RequestFactory().get("/deals/" + address)
    request.user = AnonymousUser()
    return TABLE.bind(request, rows)


def names(table) -> list[str]:
    return [str(row["name"]) for row in table.rows_in_force.every()]


def test_the_declared_order_holds_until_the_address_says_otherwise() -> None:
    assert names(bound())[:2] == ["Deal 35", "Deal 34"]
    assert names(bound("?sort=amount"))[0] == "Deal 1"


def test_missing_values_stand_last_in_both_directions() -> None:
    assert names(bound("?sort=amount"))[-1] == names(bound("?sort=-amount"))[-1] == ROWS[-1]["name"]


def test_search_wants_every_word() -> None:
    assert names(bound("?q=deal+35")) == ["Deal 35"]
    assert bound("?q=nothing").count == 0


def test_filters_narrow_and_an_unknown_value_matches_nothing() -> None:
    assert bound("?stage=won").count == 18
    assert bound("?stage=drop+table").count == 0


def test_dates_are_inclusive_then_exclusive() -> None:
    days = {
        row["closed"]
        for row in bound("?closed_from=2026-01-03&closed_until=2026-01-05").rows_in_force.every()
    }
    assert days == {date(2026, 1, 3), date(2026, 1, 4)}


def test_pages_hold_every_row_once() -> None:
    seen = [
        bound(f"?page={page}").rows[line][0].html
        for page in (1, 2, 3, 4)
        for line in range(len(bound(f"?page={page}").rows))
    ]
    assert len(seen) == len(set(seen)) == 36
    assert bound("?page=999").page == 4
    assert bound("?page=-1").page == 1


def test_addresses_keep_the_rest_of_the_state_and_begin_again_at_page_one() -> None:
    table = bound("?stage=won&page=2&other=x")
    assert table.address(sort="name") == "/deals/?stage=won&other=x&sort=name"
    assert "page=3" in table.address(page=3)


def test_a_sorted_column_says_so() -> None:
    directions = {h.column.name: h.direction for h in bound("?sort=name").headings}
    assert directions["name"] == "ascending"
    assert directions["amount"] == "none"


def test_columns_are_chosen_and_the_lead_stays() -> None:
    assert [c.name for c in bound().columns] == ["name", "amount", "closed"]
    assert [c.name for c in bound("?cols=stage").columns] == ["name", "stage"]


def test_cells_escape_what_rows_hold() -> None:
    rows = [{"id": 1, "name": "<script>", "amount": 1, "closed": None, "stage": "won"}]
    assert "<script>" not in bound(rows=rows).rows[0][0].html


def read_csv(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_csv_is_exact_and_formulas_are_neutral() -> None:
    lines = read_csv(bound("?export=csv&sort=-amount").special())
    assert lines[0] == ["Deal", "Amount", "Amount, currency", "Closed"]
    assert lines[1][:3] == ["Deal 35", str(Decimal(3500) / 3), "EUR"]
    assert lines[-1][0] == "'=HYPERLINK(evil)"
    assert len(lines) == 37


def test_xlsx_holds_the_same_rows() -> None:
    response = bound("?export=xlsx&stage=lost").special()
    assert response is not None
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
    response.close()
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0] == ["Deal", "Amount", "Amount, currency", "Closed"]
    assert len(rows) == 1 + 18
    assert rows[1][3] == date(2026, 1, 7)
    assert rows[-1][0] == "=HYPERLINK(evil)"  # a text cell, not a formula


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_texts_that_begin_a_formula_are_quoted(text: str) -> None:
    assert neutral(text) == "'" + text


def test_a_queryset_is_searched_ordered_and_counted_in_the_database(
    django_assert_num_queries,
) -> None:
    users = get_user_model().objects
    for number in range(12):
        users.create_user(f"person{number}@example.com", name=f"Person {number}")
    table = Table(
        key="test.users",
        title="Users",
        columns=(
            Column("name", "Name", search=("name", "email"), lead=True),
            Column("email", "E-mail"),
        ),
        order="name",
        page_size=10,
    )
    request = RequestFactory().get("/users/?q=person&sort=-email")
    request.user = AnonymousUser()
    with django_assert_num_queries(3):  # count, rows, organisation
        list_ = table.bind(request, users.all())
        rows = list_.rows
        assert list_.count == 12
    assert rows[0][1].html == "person9@example.com"


def test_views_are_kept_under_a_name_and_never_without_end(django_user_model) -> None:
    ada = django_user_model.objects.create_user("ada@example.com")
    view = save_view(owner=ada, place="x", name=" Won  deals ", query="?stage=won&page=3")
    assert (view.name, view.query) == ("Won deals", "stage=won")
    save_view(owner=ada, place="x", name="Won deals", query="stage=lost")
    assert SavedView.objects.get().query == "stage=lost"
    for number in range(MAX_VIEWS):
        save_view(owner=ada, place="x", name=str(number), query="")
    assert SavedView.objects.count() == MAX_VIEWS
    assert save_view(owner=ada, place="x", name="one more", query="") is None

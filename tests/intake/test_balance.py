"""Balancing lines: bookings equal the heads, nothing counts twice."""

from __future__ import annotations

from decimal import Decimal

MAPPING = """
source: erp
files: {heads: {path: heads.csv}, lines: {path: lines.csv}}
tables:
  orders:
    from: heads
    columns: {order_id: id, ordered_on: day, net_amount: total, currency: {constant: USD},
              owner_id: rep}
  order_lines:
    from: lines
    balance: {heads: orders}
    columns: {order_line_id: id, order_id: order, net_amount: amount, product_id: product,
              currency: {constant: USD}, event: {constant: booked}, event_on: day}
"""
HEADS = "id,day,total,rep\nA,2024-01-05,100,Ann\nB,2024-02-05,50,Bob\nC,2024-02-06,30,Cy\n"
LINES = (
    "id,order,amount,product,day\n1,A,60,p,2024-01-05\n2,A,40,q,2024-01-05\n3,B,20.5,p,2024-02-05\n"
)


def bookings(door):
    return dict(door.rows("order_lines", "order_id, sum(net_amount) OVER (PARTITION BY order_id)"))


def balancing(door):
    return [
        row[1:]
        for row in door.rows("order_lines", "source_id, order_id, net_amount, product_id, owner_id")
        if row[0].endswith("-balancing")
    ]


def test_lines_are_made_to_equal_their_heads(door):
    door.write("heads.csv", HEADS)
    door.write("lines.csv", LINES)
    result = door.run(MAPPING)
    assert result.exit_code == 0
    assert bookings(door) == {"A": 100, "B": 50, "C": 30}
    assert balancing(door) == [
        ("B", Decimal("29.5"), None, "Bob"),
        ("C", Decimal(30), None, "Cy"),
    ]
    told = next(p for p in result.problems if p.code == "intake.balanced")
    assert told.details["rows"] == 2
    assert told.details["amount"] == "59.5"
    assert result.tables["order_lines"].balanced == 2


def test_the_same_again_changes_nothing(door):
    door.write("heads.csv", HEADS)
    door.write("lines.csv", LINES)
    door.run(MAPPING)
    again = door.run(MAPPING).tables["order_lines"]
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 5)


def test_a_line_that_comes_later_corrects_the_balance(door):
    door.write("heads.csv", HEADS)
    door.write("lines.csv", LINES)
    door.run(MAPPING)
    door.write("lines.csv", "id,order,amount,product,day\n4,B,29.5,p,2024-02-05\n")
    door.run(MAPPING)
    assert bookings(door) == {"A": 100, "B": 50, "C": 30}
    assert [row[:2] for row in balancing(door)] == [("B", 0), ("C", 30)]


def test_a_line_in_another_currency_is_not_balanced(door):
    door.write("heads.csv", HEADS)
    door.write("lines.csv", LINES)
    mapping = MAPPING.replace(
        "currency: {constant: USD}, event:", "currency: {constant: EUR}, event:"
    )
    result = door.run(mapping)
    assert "intake.not_balanced" in door.codes(result)
    assert [row[0] for row in balancing(door)] == ["C"]

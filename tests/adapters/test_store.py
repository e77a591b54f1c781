"""The fact store: copy-on-write upserts, versions, evolution, reversal."""

from __future__ import annotations

import pytest

from vetta.adapters.store import FactStore, connect
from vetta.adapters.store.upsert import prepare_delete, prepare_upsert
from vetta.engine.schema import FACT_TABLES, ColumnType


@pytest.fixture
def store(tmp_path):
    return FactStore(tmp_path / "facts")


@pytest.fixture
def connection():
    return connect()


def columns_of(table: str, **custom: ColumnType) -> dict[str, ColumnType]:
    columns = {"source": ColumnType.TEXT, "source_id": ColumnType.TEXT}
    columns |= {c.name: c.type for c in FACT_TABLES[table]}
    columns |= {"ingested_at": ColumnType.TIMESTAMP, "batch_id": ColumnType.TEXT}
    return columns | {f"custom__{name}": kind for name, kind in custom.items()}


def orders(connection, batch, rows, **custom):
    """A typed DuckDB table ``rows`` of (order_id, ordered_on, net_amount, *custom values)."""
    from vetta.engine.schema.physical import DUCKDB_TYPES, quote

    columns = columns_of("orders", **custom)
    connection.execute("DROP TABLE IF EXISTS incoming")
    shape = ", ".join(f"{quote(n)} {DUCKDB_TYPES[k]}" for n, k in columns.items())
    connection.execute(f"CREATE TABLE incoming ({shape}, event_month VARCHAR)")
    for order_id, day, amount, *values in rows:
        names = [
            "source",
            "source_id",
            "order_id",
            "ordered_on",
            "net_amount",
            "currency",
            "batch_id",
            "ingested_at",
            "event_month",
            *(f"custom__{n}" for n in custom),
        ]
        marks = ", ".join("?" for _ in names)
        connection.execute(
            f"INSERT INTO incoming ({', '.join(names)}) VALUES ({marks})",
            [
                "erp",
                order_id,
                order_id,
                day,
                amount,
                "EUR",
                batch,
                "2024-01-01 00:00:00+00",
                day[:7],
                *values,
            ],
        )
    return columns


def upsert(store, connection, batch, rows, **custom):
    columns = orders(connection, batch, rows, **custom)
    base = store.version("orders")
    change = prepare_upsert(store, connection, "orders", base, "incoming", columns, batch)
    return change, (None if change.empty else store.commit(change))


def read(store, connection, version, what="order_id, net_amount, batch_id"):
    scan = store.sql_scan("orders", version)
    return connection.execute(f"SELECT {what} FROM {scan} ORDER BY order_id").fetchall()


def test_missing_table_reads_as_empty_and_typed(store, connection):
    store.attach(connection, {})
    described = connection.execute("DESCRIBE order_lines").fetchall()
    assert ("net_amount", "DECIMAL(18,4)") in [(row[0], row[1]) for row in described]
    assert connection.execute("SELECT count(*) FROM order_lines").fetchone() == (0,)
    assert store.version("orders") is None
    assert store.tables() == []


def test_upsert_counts_inserted_updated_and_unchanged(store, connection):
    first, version = upsert(
        store, connection, "b1", [("1", "2024-01-05", "10"), ("2", "2024-02-05", "20")]
    )
    assert (first.counts.inserted, version) == (2, 1)
    second, version = upsert(
        store,
        connection,
        "b2",
        [("1", "2024-01-05", "10"), ("2", "2024-02-05", "21"), ("3", "2024-02-09", "30")],
    )
    counts = second.counts
    assert (counts.inserted, counts.updated, counts.unchanged) == (1, 1, 1)
    assert [(k, str(a), b) for k, a, b in read(store, connection, version)] == [
        ("1", "10.0000", "b1"),
        ("2", "21.0000", "b2"),
        ("3", "30.0000", "b2"),
    ]


def test_same_rows_again_make_no_commit(store, connection):
    rows = [("1", "2024-01-05", "10")]
    upsert(store, connection, "b1", rows)
    change, version = upsert(store, connection, "b2", rows)
    assert change.empty
    assert version is None
    assert change.counts.unchanged == 1


def test_a_row_may_move_to_another_month(store, connection):
    upsert(store, connection, "b1", [("1", "2024-01-05", "10"), ("2", "2024-01-06", "5")])
    _, version = upsert(store, connection, "b2", [("1", "2024-03-05", "10")])
    rows = read(store, connection, version, "order_id, event_month, batch_id")
    assert rows == [("1", "2024-03", "b2"), ("2", "2024-01", "b1")]


def test_an_old_version_stays_readable(store, connection):
    _, first = upsert(store, connection, "b1", [("1", "2024-01-05", "10")])
    upsert(store, connection, "b2", [("1", "2024-01-05", "11")])
    assert str(read(store, connection, first)[0][1]) == "10.0000"


def test_a_new_custom_column_is_empty_in_older_rows(store, connection):
    upsert(store, connection, "b1", [("1", "2024-01-05", "10")])
    _, version = upsert(
        store, connection, "b2", [("2", "2024-01-06", "5", "gift")], reason=ColumnType.TEXT
    )
    rows = read(store, connection, version, "order_id, custom__reason")
    assert rows == [("1", None), ("2", "gift")]


def test_an_upsert_that_does_not_speak_of_a_custom_column_keeps_it(store, connection):
    upsert(store, connection, "b1", [("1", "2024-01-05", "10", "x")], reason=ColumnType.TEXT)
    _, version = upsert(store, connection, "b2", [("1", "2024-01-05", "12")])
    rows = read(store, connection, version, "order_id, custom__reason, batch_id")
    assert rows == [("1", "x", "b2")]


def test_committing_twice_is_one_version(store, connection):
    change, version = upsert(store, connection, "b1", [("1", "2024-01-05", "10")])
    again = type(change).from_json(change.as_json())
    assert store.commit(again) == version
    assert store.version("orders") == version


def test_a_change_on_a_stale_base_is_refused(store, connection):
    columns = orders(connection, "b2", [("2", "2024-01-05", "10")])
    stale = prepare_upsert(store, connection, "orders", None, "incoming", columns, "b2")
    upsert(store, connection, "b1", [("1", "2024-01-05", "10")])
    with pytest.raises(RuntimeError, match="b1"):
        store.commit(stale)


def test_reversal_brings_the_former_files_back(store, connection):
    _, first = upsert(store, connection, "b1", [("1", "2024-01-05", "10")])
    change, version = upsert(store, connection, "b2", [("1", "2024-01-05", "11")])
    back = store.commit(change.reversed(version))
    assert read(store, connection, back) == read(store, connection, first)


def test_delete_by_key_then_vacuum_leaves_no_file_behind(store, connection):
    upsert(store, connection, "b1", [("1", "2024-01-05", "10"), ("2", "2024-01-06", "5")])
    connection.execute("CREATE TABLE keys AS SELECT 'erp' AS source, '1' AS source_id")
    change = prepare_delete(store, connection, "orders", store.version("orders"), "keys", "b2")
    version = store.commit(change)
    assert change.counts.deleted == 1
    assert [row[0] for row in read(store, connection, version)] == ["2"]
    store.vacuum("orders", 0)
    on_disk = [str(p) for p in store.path("orders").rglob("*.parquet")]
    assert sorted(on_disk) == sorted(store.files("orders", version))


def test_orphans_of_a_dead_batch_are_cleared(store, connection):
    _, version = upsert(store, connection, "b1", [("1", "2024-01-05", "10")])
    columns = orders(connection, "dead", [("2", "2024-01-05", "10")])
    prepare_upsert(store, connection, "orders", version, "incoming", columns, "dead")
    assert store.clear_orphans("orders", "dead") == 1
    assert store.clear_orphans("orders", "b1") == 0


def test_money_is_stored_as_decimals_never_as_doubles(store, connection):
    import pyarrow.parquet as pq

    _, version = upsert(store, connection, "b1", [("1", "2024-01-05", "12345678901234.5678")])
    for path in store.files("orders", version):
        assert "double" not in str(pq.read_schema(path))
    assert str(read(store, connection, version)[0][1]) == "12345678901234.5678"


def test_a_crowded_month_is_rewritten_into_one_file(store, connection):
    for number in range(10):
        upsert(store, connection, f"b{number}", [(str(number), "2024-01-05", "1")])
    version = store.version("orders")
    assert len(store.files("orders", version)) < 8
    assert len(read(store, connection, version)) == 10

"""Reading files: every accepted kind, every kind of damage."""

from __future__ import annotations

import gzip
import io
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from vetta.adapters.files import FileOptions, Limits, read_file, unpack_zip
from vetta.adapters.store import connect
from vetta.kernel.problem import ProblemError


@pytest.fixture
def read(tmp_path):
    connection = connect()

    def reader(name, content, options=None, limits=None):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        arguments = {"limits": limits} if limits else {}
        source = read_file(connection, path, "a", tmp_path / "w", options, **arguments)
        rows = connection.execute(f"SELECT * FROM {source.relation} ORDER BY __row").fetchall()
        return source, rows

    return reader


def codes(source):
    return [(p.code, p.row) for p in source.refused]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(read, delimiter):
    text = "id,name,amount\n1,Ann,5\n2,Bob,6\n".replace(",", delimiter)
    source, rows = read("a.csv", text)
    assert source.delimiter == delimiter
    assert rows == [(1, "1", "Ann", "5"), (2, "2", "Bob", "6")]


def test_decimal_commas_do_not_disturb_semicolons(read):
    _, rows = read("a.csv", "id;importo;data\n1;1.234,50;01/02/2024\n2;7,00;02/02/2024\n")
    assert rows[0] == (1, "1", "1.234,50", "01/02/2024")


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("cp1252", "cp1252"),
        ("utf-16-le", "utf-16-le"),
    ],
)
def test_the_encoding_is_found(read, encoding, expected):
    text = "città,name\nForlì,José\nNîmes,Zoë\n" + "Málaga,Ánxela\n" * 20
    source, rows = read("a.csv", text.encode(encoding))
    assert source.encoding == expected
    assert source.columns == ("città", "name")
    assert rows[0] == (1, "Forlì", "José")


def test_a_guessed_encoding_is_told(read):
    source, _ = read("a.csv", "a,b\ncaffè,perché\n".encode("cp1252"))
    assert [p.code for p in source.notices] == ["files.encoding_guessed"]


def test_broken_bytes_in_utf8_are_marked_not_guessed_away(read):
    good = "".join(f"{i},é{i}\n" for i in range(20)).encode()
    source, rows = read("a.csv", b"id,name\n" + good + b"99,caf\xe9\n")
    assert source.broken
    assert rows[-1] == (21, "99", "caf\ufffd")


def test_lines_that_do_not_fit_are_refused_with_their_row(read):
    source, rows = read("a.csv", 'id,name\n1,a\n2\n3,c,x\n4,"d\nd"\n5,e\n6\n7,g\n')
    assert codes(source) == [
        ("files.missing_cells", 2),
        ("files.extra_cells", 3),
        ("files.missing_cells", 6),
    ]
    assert [row[0] for row in rows] == [1, 4, 5, 7]
    assert source.rows == 7


def test_a_huge_cell_is_refused_and_the_rest_is_read(read):
    source, rows = read("a.csv", "id,name\n1,a\n2," + "x" * 10_000_000 + "\n3,c\n")
    assert codes(source) == [("files.long_line", 2)]
    assert [row[1] for row in rows] == ["1", "3"]


def test_a_wrong_delimiter_is_named(read):
    with pytest.raises(ProblemError) as error:
        read("a.csv", "id;name\n1;a\n", FileOptions(delimiter=","))
    assert error.value.problems[0].code == "files.wrong_delimiter"
    assert "';'" in error.value.problems[0].hint


def test_double_and_empty_headers_become_unique(read):
    source, _ = read("a.csv", "id,Name,name,\n1,a,b,c\n")
    assert source.columns == ("id", "Name", "name (2)", "column 4")


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_an_empty_file_is_told(read, name):
    content = b"" if name == "a.csv" else gzip.compress(b"")
    with pytest.raises(ProblemError) as error:
        read(name, content)
    assert error.value.problems[0].code == "files.empty"


def test_zero_bytes_are_no_text(read):
    with pytest.raises(ProblemError) as error:
        read("a.csv", b"\x00\x00\x00\x00\xff\xfe\x01\x00" * 200)
    assert error.value.problems[0].code == "files.not_text"


def test_an_unknown_ending_is_told(read):
    with pytest.raises(ProblemError) as error:
        read("a.docx", b"hello")
    assert error.value.problems[0].code == "files.unknown_format"


def test_gzip_is_read(read):
    _, rows = read("a.csv.gz", gzip.compress(b"id,name\n1,a\n"))
    assert rows == [(1, "1", "a")]


def test_a_cut_gzip_is_told(read):
    with pytest.raises(ProblemError) as error:
        read("a.csv.gz", gzip.compress(b"id,name\n" + b"1,a\n" * 1000)[:-20])
    assert error.value.problems[0].code == "files.damaged_archive"


def test_a_gzip_bomb_is_refused(read):
    limits = Limits(ratio=50, ratio_floor=10_000)
    with pytest.raises(ProblemError) as error:
        read("a.csv.gz", gzip.compress(b"0" * 10_000_000), limits=limits)
    assert error.value.problems[0].code == "files.archive_too_large"


def test_parquet_is_read_as_text(read, tmp_path):
    import datetime as dt
    from decimal import Decimal

    table = pa.table(
        {
            "id": [1, 2],
            "x": [float("nan"), 0.5],
            "d": [dt.date(2024, 1, 2), None],
            "m": [Decimal("1.50"), None],
        }
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    _, rows = read("a.parquet", buffer.getvalue())
    assert rows == [(1, "1", "nan", "2024-01-02", "1.50"), (2, "2", "0.5", None, None)]


def test_a_cut_parquet_is_told(read):
    with pytest.raises(ProblemError) as error:
        read("a.parquet", b"PAR1 and then nothing")
    assert error.value.problems[0].code == "files.damaged_parquet"


def test_excel_is_read_as_a_person_reads_it(read, tmp_path):
    import datetime as dt

    path = tmp_path / "made.xlsx"
    workbook = xlsxwriter.Workbook(str(path))
    sheet = workbook.add_worksheet("Deals")
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["id", "amount", "closed", "won"])
    sheet.write_row(1, 0, [12, 0.1])
    sheet.write_datetime(1, 2, dt.datetime(2024, 3, 1), day)
    sheet.write_boolean(1, 3, True)
    sheet.write_row(3, 0, ["x", 7])
    workbook.close()
    source, rows = read("a.xlsx", path.read_bytes(), FileOptions(sheet="Deals"))
    assert source.columns == ("id", "amount", "closed", "won")
    assert rows == [(1, "12", "0.1", "2024-03-01", "true"), (3, "x", "7", None, None)]
    with pytest.raises(ProblemError) as error:
        read("a.xlsx", path.read_bytes(), FileOptions(sheet="Nope"))
    assert "Deals" in error.value.problems[0].hint


def test_a_file_that_only_calls_itself_excel_is_told(read):
    with pytest.raises(ProblemError) as error:
        read("a.xlsx", b"id,name\n1,a\n")
    assert error.value.problems[0].code == "files.damaged_workbook"


def test_json_lines_are_read_and_bad_ones_refused(read):
    source, rows = read(
        "a.jsonl", '{"id": 1, "name": "a"}\nnot json\n\n{"id": "2", "tag": {"k": [1]}}\n[1]\n'
    )
    assert source.columns == ("id", "name", "tag")
    assert rows == [(1, "1", "a", None), (4, "2", None, '{"k":[1]}')]
    assert codes(source) == [("files.not_an_object", 2), ("files.not_an_object", 5)]


def zipped(tmp_path, members):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_zip_is_unpacked(tmp_path):
    files = unpack_zip(zipped(tmp_path, {"x/a.csv": "id\n1\n", "b.csv": "id\n"}), tmp_path / "o")
    assert sorted(f.name for f in files) == ["a.csv", "b.csv"]


@pytest.mark.parametrize(
    "name", ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "C:evil.csv", "..\\evil.csv"]
)
def test_paths_that_leave_the_archive_are_refused(tmp_path, name):
    with pytest.raises(ProblemError) as error:
        unpack_zip(zipped(tmp_path, {"ok.csv": "id\n", name: "id\n"}), tmp_path / "o")
    assert error.value.problems[0].code == "files.unsafe_path"
    assert not (tmp_path / "evil.csv").exists()
    assert not (tmp_path / "o").exists()


def test_links_in_archives_are_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("a.csv")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ProblemError) as error:
        unpack_zip(path, tmp_path / "o")
    assert error.value.problems[0].code == "files.unsafe_path"


def test_nested_archives_are_refused(tmp_path):
    with pytest.raises(ProblemError) as error:
        unpack_zip(zipped(tmp_path, {"inner.zip": b"PK"}), tmp_path / "o")
    assert error.value.problems[0].code == "files.nested_archive"


def test_a_zip_bomb_is_refused(tmp_path):
    path = zipped(tmp_path, {"a.csv": b"0" * 20_000_000})
    with pytest.raises(ProblemError) as error:
        unpack_zip(path, tmp_path / "o", Limits(ratio=50, ratio_floor=100_000))
    assert error.value.problems[0].code == "files.archive_too_large"


def test_a_damaged_zip_is_told(tmp_path):
    path = zipped(tmp_path, {"a.csv": b"id\n" * 1000})
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(ProblemError) as error:
        unpack_zip(path, tmp_path / "o")
    assert error.value.problems[0].code == "files.damaged_archive"

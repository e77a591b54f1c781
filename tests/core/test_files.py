"""Keeping uploads: what they are, how large, under which name, and once per content."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import time
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from vetta.core.access import system_actor
from vetta.core.files import (
    FileKind,
    clear_unfinished,
    discard,
    path_of,
    safe_name,
    sniff,
    store_upload,
)
from vetta.core.models import StoredFile
from vetta.kernel.problem import ProblemError

CSV = b"a,b\n1,2\n"


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.csv", CSV, FileKind.CSV),
        ("a.TSV", CSV, FileKind.CSV),
        ("a.csv", "a;b\nè;ü\n".encode("cp1252"), FileKind.CSV),
        ("a.csv", "a,b\n".encode("utf-16"), FileKind.CSV),
        ("a.csv", "a,b\n1,2\n".encode("utf-16-le"), FileKind.CSV),
        ("a.jsonl", b'{"a": 1}\n', FileKind.JSON_LINES),
        ("a.json", b"{}", FileKind.JSON),
        ("mapping.yml", b"source: x", FileKind.YAML),
        ("notes", b"words", FileKind.TEXT),
        ("a.parquet", b"PAR1\x00\x00", FileKind.PARQUET),
        ("a.csv.gz", gzip.compress(CSV, mtime=0), FileKind.GZIP),
        ("a.zip", zipped("a.csv"), FileKind.ZIP),
        ("a.xlsx", zipped("[Content_Types].xml", "xl/workbook.xml"), FileKind.EXCEL),
        ("renamed.csv", zipped("[Content_Types].xml", "xl/workbook.xml"), FileKind.EXCEL),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind.EXCEL_OLD),
        ("a.pdf", b"%PDF-1.7", FileKind.PDF),
        ("a.csv", b"\x7fELF\x02\x01", FileKind.UNKNOWN),
        ("a.csv", b"MZ\x90\x00", FileKind.UNKNOWN),
        ("a.csv", bytes(range(256)) * 4, FileKind.UNKNOWN),
    ],
)
def test_the_first_bytes_say_what_it_is(name, head, kind):
    assert sniff(name, head) == kind


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("deals.csv", "deals.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\deals.csv", "deals.csv"),
        ("a\x00b\r\n.csv", "ab.csv"),
        ("\u202egpj.exe", "gpj.exe"),
        ("...", "file"),
        ("", "file"),
        ("caf\u0065\u0301.csv", "caf\u00e9.csv"),
        ("x" * 300 + ".csv.gz", "x" * 193 + ".csv.gz"),
    ],
)
def test_names_are_made_safe(name, kept):
    assert safe_name(name) == kept


@pytest.mark.django_db
def test_the_same_content_is_kept_once(vetta_home, cast):
    first, second = (
        store_upload(
            SimpleUploadedFile(name, CSV), name=name, actor=cast.actor("ada"), kinds=[FileKind.CSV]
        )
        for name in ("a.csv", "b.csv")
    )
    assert first.sha256 == second.sha256 == hashlib.sha256(CSV).hexdigest()
    assert (first.size, first.uploaded_by) == (8, cast.ada)
    assert path_of(first).read_bytes() == CSV
    assert path_of(first).stat().st_mode & 0o777 == 0o400
    assert sum(1 for path in vetta_home.files.rglob("*") if path.is_file()) == 1


@pytest.mark.django_db(transaction=True)
def test_the_bytes_go_with_the_last_upload_that_has_them(vetta_home):
    first, second = (
        store_upload(io.BytesIO(CSV), name="a.csv", actor=system_actor(), kinds=[FileKind.CSV])
        for _ in range(2)
    )
    place = path_of(first)
    discard(first)
    assert place.exists()
    discard(second)
    assert not place.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "kinds", "limit", "code"),
    [
        (b"", [FileKind.CSV], None, "core.file_empty"),
        (CSV, [FileKind.CSV], 7, "core.file_too_large"),
        (CSV, [FileKind.EXCEL], None, "core.file_kind_refused"),
        (b"MZ\x90\x00", [FileKind.CSV], None, "core.file_kind_refused"),
    ],
)
def test_what_is_refused_leaves_nothing(vetta_home, content, kinds, limit, code):
    with pytest.raises(ProblemError) as caught:
        store_upload(
            io.BytesIO(content), name="a.csv", actor=system_actor(), kinds=kinds, max_bytes=limit
        )
    problem = caught.value.problems[0]
    assert (problem.code, problem.file) == (code, "a.csv")
    assert problem.hint
    assert not StoredFile.objects.exists()
    assert not [path for path in vetta_home.files.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_file_on_disk_is_copied(vetta_home, tmp_path):
    source = tmp_path / "deals.csv"
    source.write_bytes(CSV)
    stored = store_upload(source, name=source.name, actor=system_actor(), kinds=[FileKind.CSV])
    assert source.exists()
    assert path_of(stored).read_bytes() == CSV


def test_what_interrupted_uploads_left_is_swept_after_a_day(vetta_home):
    folder = vetta_home.files / "incoming"
    folder.mkdir()
    (folder / "old").write_bytes(b"x")
    (folder / "new").write_bytes(b"x")
    yesterday = time.time() - 25 * 3600
    os.utime(folder / "old", (yesterday, yesterday))
    assert clear_unfinished() == 1
    assert [path.name for path in folder.iterdir()] == ["new"]

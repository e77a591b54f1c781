"""Backup and restore: everything comes back, nothing foreign comes in."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import vetta
from vetta.kernel.problem import ProblemError
from vetta.site.archives import check_archive, restore_archive


@pytest.fixture(scope="session")
def archive(filled_home, tmp_path_factory) -> Path:
    (filled_home / "files" / "ab").mkdir(exist_ok=True)
    (filled_home / "files" / "ab" / "abcd").write_bytes(b"an upload")
    target = tmp_path_factory.mktemp("backup") / "backup.tar.gz"
    done = vetta("backup", "--output", str(target), "--home", str(filled_home), "--json")
    assert done.code == 0, done.out + done.err
    assert done.json["archive"] == str(target)
    assert done.json["tables"] == {"opportunities": 1}
    assert done.json["problems"] == []
    return target


def test_the_archive_is_private(archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


def test_an_existing_file_is_not_overwritten(archive: Path, filled_home: Path) -> None:
    before = archive.read_bytes()
    done = vetta("backup", "-o", str(archive), "--home", str(filled_home), "--json")
    assert done.code == 2
    assert done.json["problems"][0]["code"] == "backup.exists"
    assert archive.read_bytes() == before


def test_everything_comes_back(archive: Path, filled_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "restored"
    done = vetta("restore", str(archive), "--home", str(home), "--json")
    assert done.code == 0, done.err
    assert done.json["home"] == str(home)
    same = ["store", "head", "opportunities", "--json", "--home"]
    assert vetta(*same, str(home)).json == vetta(*same, str(filled_home)).json
    assert (home / "files" / "ab" / "abcd").read_bytes() == b"an upload"
    assert (home / "secret.key").read_text() == (filled_home / "secret.key").read_text()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    well = vetta("doctor", "--json", "--home", str(home))
    assert well.code == 0, well.out


def test_an_import_goes_on_after_a_restore(
    archive: Path, small_export: Path, tmp_path: Path
) -> None:
    home = tmp_path / "restored"
    restore_archive(archive, home)
    done = vetta(
        "import",
        str(small_export),
        "--mapping",
        str(small_export / "mapping.yaml"),
        "--home",
        str(home),
        "--json",
    )
    assert done.code == 0, done.err
    assert done.json["tables"]["opportunities"]["unchanged"] == 3


def test_what_was_never_published_stays_behind(filled_home: Path, tmp_path: Path) -> None:
    home = shutil.copytree(filled_home, tmp_path / "home")
    table = home / "facts" / "opportunities"
    (month, *_) = table.glob("event_month=*")
    (table / "_delta_log" / f"{2:020}.json").write_text(
        json.dumps({"add": {"path": f"{month.name}/later.parquet"}})
    )
    (month / "later.parquet").write_bytes(b"")
    target = tmp_path / "backup.tar.gz"
    assert vetta("backup", "-o", str(target), "--home", str(home)).code == 0
    with tarfile.open(target) as written:
        names = written.getnames()
    assert f"facts/opportunities/_delta_log/{1:020}.json" in names
    assert not [name for name in names if f"{2:020}.json" in name or "later" in name]


def test_a_home_in_use_is_never_overwritten(archive: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "precious").write_text("kept")
    with pytest.raises(ProblemError) as caught:
        restore_archive(archive, home)
    assert caught.value.problems[0].code == "backup.home_not_empty"
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert (home / "precious").read_text() == "kept"


def test_empty_folders_do_not_count_as_use(archive: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "facts").mkdir(parents=True)
    restore_archive(archive, home)
    assert (home / "workspace.sqlite3").exists()


def test_checking_writes_nothing(archive: Path, tmp_path: Path) -> None:
    done = vetta("restore", str(archive), "--check", "--home", str(tmp_path / "home"))
    assert done.code == 0
    assert "is whole" in done.out
    assert list(tmp_path.iterdir()) == []


def test_the_wrong_kind_of_database_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        restore_archive(archive, tmp_path / "home", "postgres://u@h/d")
    assert caught.value.problems[0].code == "backup.wrong_database"
    assert list(tmp_path.iterdir()) == []


# --- hostile and damaged archives -----------------------------------------------------------------


def remade(archive: Path, target: Path, change: Callable[[list], list]) -> Path:
    """The archive again, with its list of (member, content) changed."""
    with tarfile.open(archive) as old:
        members = [(m, old.extractfile(m).read() if m.isreg() else b"") for m in old]
    with tarfile.open(target, "w:gz") as new:
        for member, content in change(members):
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return target


def inserted(name: str, content: bytes = b"x", kind: bytes = tarfile.REGTYPE, link: str = ""):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    return lambda members: [members[0], (member, content), *members[1:]]


def flipped(members: list) -> list:
    return [
        (member, content.replace(b"upload", b"UPLOAD") if "files/" in member.name else content)
        for member, content in members
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (inserted("../outside"), "backup.foreign_file"),
        (inserted("facts/../../outside"), "backup.foreign_file"),
        (inserted("/etc/cron.d/outside"), "backup.foreign_file"),
        (inserted("facts/./x"), "backup.foreign_file"),
        (inserted("facts\\..\\x"), "backup.foreign_file"),
        (inserted("facts"), "backup.foreign_file"),
        (inserted("static/evil.js"), "backup.foreign_file"),
        (inserted("facts/link", b"", tarfile.SYMTYPE, "/etc/passwd"), "backup.foreign_file"),
        (inserted("facts/link", b"", tarfile.LNKTYPE, "secret.key"), "backup.foreign_file"),
        (inserted("facts/pipe", b"", tarfile.FIFOTYPE), "backup.foreign_file"),
        (inserted("facts/folder", b"", tarfile.DIRTYPE), "backup.foreign_file"),
        (inserted("facts/extra"), "backup.damaged"),
        (lambda members: [*members, members[2]], "backup.damaged"),
        (lambda members: [*members[:3], members[2], *members[3:]], "backup.damaged"),
        (lambda members: members[:-1], "backup.damaged"),
        (lambda members: [*members[:2], *members[3:]], "backup.damaged"),
        (lambda members: members[1:], "backup.not_an_archive"),
        (lambda members: [], "backup.not_an_archive"),
        (flipped, "backup.damaged"),
    ],
)
def test_a_tampered_archive_is_refused(
    archive: Path, tmp_path: Path, change: Callable[[list], list], code: str
) -> None:
    bad = remade(archive, tmp_path / "bad.tar.gz", change)
    with pytest.raises(ProblemError) as caught:
        restore_archive(bad, tmp_path / "place" / "home")
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.hint
    assert list((tmp_path / "place").iterdir()) == []
    with pytest.raises(ProblemError):
        check_archive(bad)


@pytest.mark.parametrize("kept", [0, 10, 1_000, -40])
def test_a_truncated_archive_is_refused(archive: Path, tmp_path: Path, kept: int) -> None:
    bad = tmp_path / "bad.tar.gz"
    bad.write_bytes(archive.read_bytes()[:kept])
    with pytest.raises(ProblemError) as caught:
        restore_archive(bad, tmp_path / "place" / "home")
    assert caught.value.problems[0].code in ("backup.damaged", "backup.not_an_archive")
    assert list((tmp_path / "place").iterdir()) == []


@pytest.mark.parametrize("content", [b"hello", b"PK\x03\x04zip"])
def test_other_files_are_no_archive(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ProblemError) as caught:
        check_archive(tmp_path / "file")
    assert caught.value.problems[0].code == "backup.not_an_archive"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    done = vetta("restore", str(tmp_path / "none"), "--json", "--home", str(tmp_path / "home"))
    assert done.code == 2
    assert done.json["problems"][0]["code"] == "backup.not_found"


def test_an_archive_of_a_newer_format_says_so(archive: Path, tmp_path: Path) -> None:
    def newer(members: list) -> list:
        header = json.loads(members[0][1]) | {"format": 99}
        return [(members[0][0], json.dumps(header).encode()), *members[1:]]

    with pytest.raises(ProblemError) as caught:
        check_archive(remade(archive, tmp_path / "new.tar.gz", newer))
    assert caught.value.problems[0].code == "backup.newer_format"


# --- while others write ---------------------------------------------------------------------------


def test_the_copy_is_consistent_while_others_write(filled_home: Path, tmp_path: Path) -> None:
    home = shutil.copytree(filled_home, tmp_path / "home")
    script = (
        "import sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)\n"
        "db.execute('PRAGMA journal_mode=WAL')\n"
        "db.execute('CREATE TABLE pairs (a INTEGER, b INTEGER)')\n"
        "print('ready', flush=True)\n"
        "for n in range(10**9):\n"
        "    db.execute('BEGIN IMMEDIATE')\n"
        "    db.execute('INSERT INTO pairs VALUES (?, 0)', (n,))\n"
        "    db.execute('UPDATE pairs SET b = ? WHERE a = ?', (n, n))\n"
        "    db.execute('COMMIT')\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", script, str(home / "workspace.sqlite3")], stdout=subprocess.PIPE
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        target = tmp_path / "backup.tar.gz"
        done = vetta("backup", "-o", str(target), "--home", str(home))
        assert done.code == 0, done.err
    finally:
        writer.kill()
        writer.communicate()
    restore_archive(target, tmp_path / "restored")
    database = sqlite3.connect(tmp_path / "restored" / "workspace.sqlite3")
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    count, uneven = database.execute("SELECT count(*), sum(a <> b) FROM pairs").fetchone()
    database.close()
    assert count > 0
    assert uneven == 0


@pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres") or not shutil.which("pg_dump"),
    reason="needs a PostgreSQL server and its client",
)
def test_a_postgresql_workspace_comes_back(small_export: Path, tmp_path: Path) -> None:
    import psycopg

    server = os.environ["DATABASE_URL"]
    base = server.rsplit("/", 1)[0]
    with psycopg.connect(server, autocommit=True) as connection:
        for name in ("vetta_backup_a", "vetta_backup_b"):
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name}")
    first, second = f"{base}/vetta_backup_a", f"{base}/vetta_backup_b"
    home, target = str(tmp_path / "home"), str(tmp_path / "backup.tar.gz")
    mapping = str(small_export / "mapping.yaml")
    done = vetta(
        "import", str(small_export), "--mapping", mapping, "--home", home, DATABASE_URL=first
    )
    assert done.code == 0, done.err
    done = vetta("backup", "-o", target, "--home", home, "--json", DATABASE_URL=first)
    assert done.code == 0, done.err
    assert done.json["database"] == "postgresql"
    restored = str(tmp_path / "restored")
    assert vetta("restore", target, "--home", restored, "--json").code == 2
    done = vetta("restore", target, "--home", restored, "--json", DATABASE_URL=second)
    assert done.code == 0, done.out + done.err
    well = vetta("doctor", "--home", restored, "--json", DATABASE_URL=second)
    assert well.code == 0, well.out
    assert not list(Path(restored).glob("*.pgdump"))

#!/usr/bin/env bash
# The whole suite: checks, tests on SQLite with the browser, tests on PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
# Many tests start processes: without compiled files each start would compile everything anew.
unset VETTA_HOME DATABASE_URL PYTHONDONTWRITEBYTECODE
workers=${VETTA_TEST_WORKERS:-2}

echo "== Style, types, floors"
$bin/ruff check --quiet .
$bin/ruff format --quiet --check .
$bin/mypy
$bin/lint-imports
$bin/python tools/compile_messages.py

echo "== SQLite"
$bin/pytest -q -n "$workers" -m "not proof"

echo "== PostgreSQL"
status=0
tools/with_postgres.sh $bin/pytest -q -n "$workers" -m "not proof and not browser and not sqlite_only" || status=$?
if [ "$status" = 77 ]; then
  echo "SKIPPED: the suite on PostgreSQL, since its server is not installed here"
elif [ "$status" != 0 ]; then
  exit "$status"
fi

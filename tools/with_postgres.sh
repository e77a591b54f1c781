#!/usr/bin/env bash
# Run a command with DATABASE_URL pointing to a PostgreSQL server of its own, which is gone afterwards.
#   tools/with_postgres.sh COMMAND [ARGUMENT…]
# Exit 77 where no server binaries are found.
set -euo pipefail

binaries=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
[ -n "$binaries" ] || binaries=$(dirname "$(command -v initdb || echo /nowhere/initdb)")
if [ ! -x "$binaries/initdb" ]; then
  echo "PostgreSQL: no server binaries found (Debian: apt-get install postgresql)" >&2
  exit 77
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/vetta-postgres-XXXXXX")
as_server=()
if [ "$(id -u)" = 0 ]; then
  # The server refuses to run as root.
  chown postgres "$folder"
  as_server=(runuser -u postgres --)
fi
cleanup() {
  "${as_server[@]}" "$binaries/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

cd /
"${as_server[@]}" "$binaries/initdb" -D "$folder/data" -U vetta -A trust -E UTF8 --locale=C >/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"${as_server[@]}" "$binaries/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
  -o "-p $port -k $folder -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60" \
  start >/dev/null
cd - >/dev/null
export DATABASE_URL="postgres://vetta@127.0.0.1:$port/postgres"
"$@"

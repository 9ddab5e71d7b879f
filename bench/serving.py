"""Starts the service and the floor as processes of their own, and reads what they have used."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

import psutil

from app.database import ROOT
from bench.load_outcome import Outcome

HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 20.0
LIMITS = ("READS", "WRITES", "HEAVY", "STRANGERS", "SIGN_INS")
MIB = 1 << 20
COMPLAINED = 20_000
"""Characters of a server's complaints that are told."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A server at work on a port of this machine."""

    name: str
    port: int
    process: psutil.Process
    log: Path
    """What it says while it runs."""

    def complained(self) -> str:
        """Give the first of what it has complained of, for whoever must find out why it failed."""
        lines = self.log.read_text(errors="replace").splitlines(keepends=True)
        return "".join(line for line in lines if '"level": "info"' not in line)[:COMPLAINED]

    def cpu(self) -> float:
        """Give the seconds of CPU that it has used."""
        used = self.process.cpu_times()
        return used.user + used.system

    def resident(self) -> float:
        """Give its resident memory now, in MiB."""
        return self.process.memory_info().rss / MIB

    def get(self, path: str, token: str | None = None) -> Any:  # noqa: ANN401 JSON is any value
        """Read something once; anything but 200 is an error."""
        status, body = _get(self.port, path, token)
        if status != http.client.OK:
            message = f"{self.name} answered {path} with {status}: {body[:500]!r}"
            raise RuntimeError(message)
        return json.loads(body)


def _get(port: int, path: str, token: str | None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(HOST, port, timeout=START_SECONDS)
    try:
        connection.request("GET", path, headers={} if token is None else {"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _free_port() -> int:
    with socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def service(url: str) -> Iterator[Serving]:
    """Run `kaohe serve` as in production: one worker, all logs on; only the rate limits are off."""
    with tempfile.TemporaryDirectory(prefix="kaohe-bench-") as folder:
        own = {"DATABASE_URL": url, "KAOHE_VAR_DIR": folder} | {f"KAOHE_{name}_PER_MINUTE": "0" for name in LIMITS}
        command = [sys.executable, "-c", "from app.command import main; main()", "serve", "--port"]
        with _running("kaohe", command, Path(folder) / "log", own) as serving:
            yield serving


@contextmanager
def floor(url: str, principal: str) -> Iterator[Serving]:
    """Run the floor."""
    with tempfile.TemporaryDirectory(prefix="kaohe-bench-") as folder:
        command = [sys.executable, "-m", "bench.floor", url, principal]
        with _running("floor", command, Path(folder) / "log", {}) as serving:
            yield serving


@contextmanager
def _running(name: str, command: list[str], log: Path, own: dict[str, str]) -> Iterator[Serving]:
    port = _free_port()
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*command, str(port)],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd=ROOT,
            env={**os.environ, **own},
        )
    try:
        _await(process, port, log)
        yield Serving(name, port, psutil.Process(process.pid), log)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until it listens; one that ends instead is an error that says why."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            _get(port, "/livez", None)
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                message = f"It did not start: {log.read_text(errors='replace')[-2000:]}"
                raise RuntimeError(message) from None
            time.sleep(0.01)
        else:
            return


@dataclass(frozen=True, slots=True)
class Start:
    """How long the service took from its exec to its first answers, in seconds, and what it holds then, in MiB."""

    live: float
    answering: float
    cpu: float
    resident: float


def started(url: str, path: str, token: str) -> Start:
    """Start the service once, and ask it for a thing that needs a token."""
    began = time.perf_counter()
    with service(url) as serving:
        live = time.perf_counter() - began
        serving.get(path, token)
        return Start(live, time.perf_counter() - began, serving.cpu(), serving.resident())


class Generator:
    """The process of the load generator, which has its libraries loaded before anything is measured."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        """Talk to a process that reads the names of plans."""
        self._process = process
        self._plan = folder / "plan.json"

    def load(self, serving: Serving, plan: dict[str, Any]) -> Outcome:
        """Have a plan carried out against a server."""
        self._plan.write_text(json.dumps(plan | {"host": f"http://{HOST}:{serving.port}"}))
        asked, told = self._process.stdin, self._process.stdout
        if asked is None or told is None:
            message = "the generator has no pipes"
            raise RuntimeError(message)
        print(self._plan, file=asked, flush=True)
        line = told.readline()
        if not line:
            message = "the load generator has ended; is Locust of requirements-dev.txt installed?"
            raise RuntimeError(message)
        return Outcome(**json.loads(line))


@contextmanager
def generator() -> Iterator[Generator]:
    """Run the load generator."""
    command = [sys.executable, "-m", "bench.load"]
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryDirectory(prefix="kaohe-bench-") as folder,
        subprocess.Popen(command, text=True, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process,
    ):
        try:
            yield Generator(process, Path(folder))
        finally:
            process.terminate()

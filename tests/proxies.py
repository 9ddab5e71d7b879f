"""The front proxy with the configuration that is shipped, before a service of the test."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import HOST, free_port

ROOT = Path(__file__).resolve().parents[1]
CADDYFILE = ROOT / "deploy" / "Caddyfile"
PATIENCE_SECONDS = 60.0
STOP_SECONDS = 20.0


@contextmanager
def fronted(upstream: str, folder: Path, **bounds: str) -> Iterator[int]:
    """Start the proxy before a service at `upstream` (host and port), and give its port.

    `bounds` are further variables of the configuration, such as KAOHE_HEADER_SECONDS; `folder` takes its log.
    """
    port = free_port()
    environment = (
        os.environ
        | bounds
        | {
            "KAOHE_SITE": f"http://{HOST}:{port}",
            "KAOHE_TLS": "",
            "KAOHE_UPSTREAM": upstream,
            "XDG_DATA_HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
        }
    )
    command = [str(program()), "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
    try:
        _wait_until_listening(process, port, folder)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def program() -> Path:
    """Give the proxy's program: the wheel's, which the development requirements pin, or the machine's."""
    beside = Path(sys.executable).with_name("caddy")
    found = str(beside) if beside.exists() else shutil.which("caddy")
    assert found, "The proxy is missing: install requirements-dev.txt."
    return Path(found)


def _wait_until_listening(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            said = (folder / "proxy.log").read_text(errors="replace")[-2000:]
            assert process.poll() is None, f"the proxy has ended: {said}"
            assert time.monotonic() < end, f"the proxy does not start: {said}"
            time.sleep(0.05)
        else:
            return

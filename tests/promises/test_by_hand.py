"""The services of compose.yaml start in order on one machine without Docker, and end together."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from httpx2 import Client

from tests.ports import HOST, free_port
from tests.promises.conftest import Promise
from tests.proxies import ROOT

SCRIPT = ROOT / "deploy" / "by-hand.sh"
PATIENCE_SECONDS = 300.0


def test_services_start_by_hand_and_end_together(tmp_path: Path, promise: Promise) -> None:
    """The script serves readiness and documentation through the proxy; Ctrl-C ends all in reverse, twice in a row.

    `make test` reads the script alone: five programs take longer to start than all other tests of this folder.
    """
    assert subprocess.run(["bash", "-n", str(SCRIPT)], check=True).returncode == 0
    for start in range(promise.size(2, 0)):
        seconds, said = _started_and_stopped(tmp_path / "data", tmp_path / f"said-{start}")
        started = re.findall(r"^by-hand: (\w+) started", said, re.MULTILINE)
        assert started == ["postgresql", "service", "clock", "proxy"]
        assert re.findall(r"^by-hand: (\w+) stopped", said, re.MULTILINE) == started[::-1]
        promise.shows(**{f"seconds_until_start_{start + 1}_served": round(seconds, 1)})


def _started_and_stopped(folder: Path, said: Path) -> tuple[float, str]:
    """Run the script until it serves, ask, and interrupt it; give how long that took, and all that it said."""
    site = f"http://{HOST}:{free_port()}"
    settings = {"PORT": str(free_port()), "KAOHE_SITE": site, "KAOHE_TLS": ""}
    began = time.monotonic()
    with said.open("wb") as output:
        script = subprocess.Popen(
            [str(SCRIPT), str(folder)], env=os.environ | settings, stdout=output, stderr=output, start_new_session=True
        )
        try:
            while "serving on" not in said.read_text():
                assert script.poll() is None, said.read_text()
                assert time.monotonic() - began < PATIENCE_SECONDS, said.read_text()
                time.sleep(0.2)
            seconds = time.monotonic() - began
            with Client(base_url=site) as client:
                assert client.get("/readyz").json()["status"] == "ready"
                docs = client.get("/docs")
                assert "script-src 'self'" in docs.headers["content-security-policy"]
                assert client.get("/assets/swagger-ui-bundle.js").status_code == 200
                assert client.get("/v1/me").status_code == 401
        finally:
            script.send_signal(signal.SIGINT)
            script.wait(PATIENCE_SECONDS)
    return seconds, said.read_text()

"""A body that comes too slowly is answered with 408 in its time, and has done nothing."""

import json
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.settings import Settings
from tests.live import serving
from tests.office import Office

SECONDS = 1
"""As long as a body may take in this test: the shortest that the settings allow."""


def _asked(address: str, head: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    """Send a request whose body has a hundred bytes more than it brings, and read the answer to its end."""
    at = urlsplit(address)
    assert at.port is not None
    headers = {"Host": at.netloc, "Connection": "close", "Content-Length": str(len(body) + 100), **head}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", at.port), timeout=10 * SECONDS) as connection:
        connection.sendall("\r\n".join([f"{at.fragment} {at.path} HTTP/1.1", *lines, "", ""]).encode() + body)
        said = b""
        while part := connection.recv(4096):
            said += part
    first, _, content = said.partition(b"\r\n\r\n")
    return int(first.split()[1]), json.loads(content)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_body_that_does_not_come_in_time_is_answered(office: Office, tmp_path: Path) -> None:
    """Of JSON and of a file alike, not before its time and soon after; the same key is good for the whole body then."""
    declared = office.vendor_portal.post(
        "/v1/portal/evidence", {"name": "照片.png", "size": 200, "sha256": "0" * 64}
    ).json()
    config = Settings(var_dir=tmp_path, body_seconds=SECONDS, evidence_seconds=SECONDS)
    key = {"Idempotency-Key": "slow-1"}
    with serving(office.database, tmp_path, config=config) as address:
        for who, method, path, kind in (
            (office.supervisor, "POST", "/v1/contracts", "application/json"),
            (office.vendor_portal, "PUT", f"/v1/portal/evidence/{declared['id']}/content", "application/octet-stream"),
        ):
            head = {"Authorization": f"Bearer {who.token}", "Content-Type": kind, **key}
            began = time.monotonic()
            status, problem = _asked(f"{address}{path}#{method}", head, b'{"number": ')
            assert SECONDS <= time.monotonic() - began < 5 * SECONDS
            assert (status, problem["code"]) == (408, "body-too-slow")
            assert problem["detail"] == f"It took more than {SECONDS} seconds."
    whole = office.supervisor.call("POST", "/v1/contracts", json=office.contract_body(), headers=key)
    assert (whole.status_code, "idempotent-replayed" in whole.headers) == (201, False)

"""Verifies a webhook after the Standard Webhooks specification; take the file over as it stands."""

import base64
import hmac
import time
from collections.abc import Container, Mapping


def verify(secret: str, headers: Mapping[str, str], body: bytes, seen: Container[str] = ()) -> bool:
    """Tell whether to act on it: False where its id is in `seen`; ValueError where it is forged or off by 5 minutes.

    `headers` by lower-case names, `body` as it was received, before anything parses it. Answer 2xx also where it came
    before, and add its id to `seen` once you have acted.
    """
    id_, sent, given = (headers.get(f"webhook-{name}") or "" for name in ("id", "timestamp", "signature"))
    if not (sent.isdecimal() and abs(int(time.time()) - int(sent)) <= 300):  # noqa: PLR2004 seconds
        raise ValueError("stale")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{id_}.{sent}.".encode() + body, "sha256")
    right = b"v1," + base64.b64encode(digest)
    if not any([hmac.compare_digest(right, one.encode()) for one in given.split(" ")]):  # noqa: C419 compares them all
        raise ValueError("forged")
    return id_ not in seen

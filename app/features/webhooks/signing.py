"""Signs what is sent, as the Standard Webhooks specification says: over the very bytes that are stored."""

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
SCHEME = "v1"
FEWEST_BYTES, MOST_BYTES = 24, 64
"""How many random bytes a secret may have."""

NEW_BYTES = 32


def new_secret() -> str:
    """Make a secret as its owner is shown it, once: `whsec_` and random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(NEW_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """Give the bytes that a secret signs with; raises ValueError where it is not one."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"a secret begins with {PREFIX}")
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    if not FEWEST_BYTES <= len(key) <= MOST_BYTES:
        raise ValueError(f"a secret has {FEWEST_BYTES} to {MOST_BYTES} bytes")
    return key


def signature(secret: str, event_id: uuid.UUID, timestamp: int, body: bytes) -> str:
    """Give `v1,` and the HMAC-SHA256 over id, timestamp and body; `timestamp` in seconds since 1970."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    return f"{SCHEME},{base64.b64encode(hmac.digest(key_of(secret), signed, hashlib.sha256)).decode()}"


def headers(event_id: uuid.UUID, at: datetime, body: bytes, live: Sequence[str]) -> dict[str, str]:
    """Give the standard's headers of one attempt: the event's id, when it is sent, a signature by each live secret."""
    timestamp = int(at.timestamp())
    return {
        "webhook-id": str(event_id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, event_id, timestamp, body) for secret in live),
    }

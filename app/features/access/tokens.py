"""Opaque tokens: a prefix that secret scanners know, 32 random bytes, and a checksum that saves a look-up."""

import base64
import hashlib
import secrets
import zlib

PREFIX = "kaohe_"
_SECRET_BYTES = 32


def mint() -> str:
    """Make a new token; it is shown once and only its hash is stored."""
    secret = base64.urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)).rstrip(b"=").decode()
    return f"{PREFIX}{secret}{_checksum(secret)}"


def is_well_formed(token: str) -> bool:
    """Tell whether the checksum fits; one that does not never reaches the database."""
    secret, checksum = token.removeprefix(PREFIX)[:-8], token[-8:]
    return token.isascii() and token.startswith(PREFIX) and secrets.compare_digest(checksum, _checksum(secret))


def hashed(token: str) -> str:
    """Give the hash that is stored; the secret has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _checksum(secret: str) -> str:
    return f"{zlib.crc32(secret.encode()):08x}"

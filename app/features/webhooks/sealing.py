"""Keeps webhook secrets encrypted at rest, under a key that is not in the database."""

import base64
import os
import secrets
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from app.settings import Settings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


class Unsealable(Exception):
    """A stored secret that none of the keys opens: the deployment's key was changed or lost."""


class Sealer:
    """Seals with the first key, and opens what any of the keys has sealed, so that a key can be replaced."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the keys; texts of any length from which the real keys are derived."""
        self._keys = keys

    @cached_property
    def _fernet(self) -> "MultiFernet":
        # Most processes never seal anything, and the library is as large as the framework.
        from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 loaded late

        return MultiFernet([Fernet(_derived(key)) for key in self._keys])

    def seal(self, secret: str) -> str:
        """Give what may be stored; the same secret is never sealed alike twice."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Give the secret again; raises Unsealable."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 loaded late

        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            # Without its cause, which quotes nothing useful and must never quote a secret.
            raise Unsealable("no key of this deployment opens a stored secret") from None


def sealer(config: Settings) -> Sealer:
    """Give the deployment's sealer: with the keys that are set, or with one that is made once and kept privately."""
    keys = [key.strip() for key in config.secret_key.get_secret_value().split(",") if key.strip()]
    return Sealer(keys or [_kept(Path(config.var_dir) / "secret.key")])


def _derived(key: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 loaded late
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 loaded late

    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kaohe webhook secrets").derive(key.encode())
    return base64.urlsafe_b64encode(derived)


def _kept(path: Path) -> str:
    """Read the key's file, making it first where it is missing; of two that make it at once, one is kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written whole beside it and then linked, so that nobody ever reads half a key.
        handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(fresh, path)
        Path(fresh).unlink()
    return path.read_text()

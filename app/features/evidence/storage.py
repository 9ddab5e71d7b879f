"""The folder of evidence: each file once, under its hash, written whole or not at all."""

import fcntl
import hashlib
import os
import re
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from app.features.evidence.errors import EvidenceUnreadable
from app.settings import Settings

_HASH = re.compile(r"[0-9a-f]{64}")
_INCOMING = "incoming"


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes as they came over the wire, in a file that nothing refers to yet."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder with its limits: the largest file and a vendor's quota in bytes, the seconds that one may take."""

    folder: Path
    largest: int
    quota: int
    seconds: int

    @classmethod
    def of(cls, config: Settings) -> Self:
        """Read the limits from the settings; the folder is made when the first file comes."""
        return cls(
            config.resolved_evidence_dir(), config.evidence_largest, config.evidence_quota, config.evidence_seconds
        )

    def path(self, sha256: str) -> Path:
        """Give where a file lies; the hash decides, so no name that anybody chose becomes a path."""
        if not _HASH.fullmatch(sha256):
            message = f"{sha256!r} is no SHA-256"
            raise ValueError(message)
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def incoming(self) -> Path:
        """Give a new place on the same disk for bytes that are on their way."""
        folder = self.folder / _INCOMING
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / uuid.uuid4().hex

    def keep(self, received: Received) -> None:
        """Move received bytes to where their hash belongs; after this they survive a loss of power."""
        target = self.path(received.sha256)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _flush(received.path)
        received.path.replace(target)
        for folder in (target.parent, target.parent.parent, self.folder):
            _flush(folder)

    def read(self, sha256: str) -> bytes:
        """Give a file's bytes, or raise EvidenceUnreadable where they are gone or others than they were."""
        try:
            content = self.path(sha256).read_bytes()
        except OSError:
            raise EvidenceUnreadable("The file is not in the folder of evidence.") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise EvidenceUnreadable("The file in the folder of evidence was changed.")
        return content

    @contextmanager
    def held(self, *, alone: bool = False) -> Iterator[None]:
        """Keep who sweeps and who puts files there apart; `alone` waits until nobody else holds the folder."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield

    def files(self, before: float) -> Iterator[Path]:
        """Give every file that was last written before an instant, in seconds since 1970."""
        for path in sorted(self.folder.glob("*/*/*")):
            if _HASH.fullmatch(path.name) and path.stat().st_mtime < before:
                yield path

    def drop_incoming(self, before: float) -> int:
        """Remove what a process that was stopped left on its way before an instant, and give how many files."""
        left = [path for path in (self.folder / _INCOMING).glob("*") if path.stat().st_mtime < before]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def wrong(self, hashes: Collection[str]) -> Iterator[tuple[str, str]]:
        """Give each hash whose file is missing or was changed, with the sentence that says so."""
        for sha256 in sorted(hashes):
            try:
                self.read(sha256)
            except EvidenceUnreadable as error:
                yield sha256, error.detail


def _flush(path: Path) -> None:
    """Have what was written to a file or folder reach the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

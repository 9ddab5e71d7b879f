"""Hands files in: declared by name, size and hash, then filled with bytes that are as declared."""

import uuid
from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy import RowMapping, update
from sqlmodel import Session, col

from app import clock
from app.database import Database
from app.errors import Invalid, NotFound
from app.features.audit.actor import Actor
from app.features.audit.service import recording
from app.features.evidence import queries
from app.features.evidence.errors import EvidenceQuotaFull, TooManyDeclared
from app.features.evidence.storage import Received, Shelf
from app.models import Evidence
from app.models.columns import new_id
from app.rules.faults import Fault
from app.rules.file_names import extension, wrong_with_name
from app.rules.file_types import EXTENSIONS, FileType, UnfitFile, file_type, wrong_extension

MOST_UNFILLED = 200
"""Files that a vendor may have declared without sending their bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file as its vendor declares it; `size` in bytes, `sha256` in lower-case hexadecimal."""

    name: str
    size: int
    sha256: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared file, and the bytes that the vendor's quota leaves after it."""

    id: uuid.UUID
    left: int


def declare(session: Session, actor: Actor, vendor_id: uuid.UUID, new: NewFile, shelf: Shelf) -> Declared:
    """Take a file on of which only name, size and hash are known; refuses what is too large or beyond the quota.

    The same hash again shares the bytes, so it is counted once.
    """
    _check_name(new.name)
    if new.size > shelf.largest:
        _refuse("/size", "file-too-large", f"{new.size} bytes are more than {shelf.largest}.", "Hand in a smaller one.")
    center_id = queries.hold_vendor(session, vendor_id)
    if center_id is None:
        raise NotFound
    held = queries.held_by(session, vendor_id, new.sha256)
    left = shelf.quota - held.others - max(held.same, new.size)
    if left < 0:
        free = max(0, shelf.quota - held.others - held.same)
        detail = f"{new.size} bytes are declared; {free} of {shelf.quota} are left."
        raise EvidenceQuotaFull(detail, pointer="/size")
    if held.unfilled >= MOST_UNFILLED:
        raise TooManyDeclared(f"{held.unfilled} files are declared and not sent.")
    id_ = new_id()
    with recording(session, actor, center_id, "evidence.declared", id_, (Evidence, col(Evidence.id) == id_)):
        session.add(
            Evidence(
                id=id_,
                service_center_id=center_id,
                vendor_id=vendor_id,
                name=new.name,
                size=new.size,
                sha256=new.sha256,
                note=new.note,
                declared_by=actor.name,
                declared_at=clock.now(),
            )
        )
    return Declared(id_, left)


def fill(
    database: Database, actor: Actor, vendor_id: uuid.UUID, evidence_id: uuid.UUID, received: Received, shelf: Shelf
) -> None:
    """Check the bytes of a declared file, keep them, and note that they are stored; doing it again is harmless.

    The file is kept before the row says so: a stop in between leaves a file that nothing names, and never a row
    without its file.
    """
    with database.read() as session:
        file = queries.own_file(session, vendor_id, evidence_id)
    if file is None:
        raise NotFound(pointer="/path/evidence_id")
    kind = _checked(file, received)
    with shelf.held():
        shelf.keep(received)
        with database.write() as session:
            _note_stored(session, actor, vendor_id, evidence_id, kind)


def _note_stored(session: Session, actor: Actor, vendor_id: uuid.UUID, evidence_id: uuid.UUID, kind: FileType) -> None:
    file = queries.hold_own(session, vendor_id, [evidence_id]).get(evidence_id)
    if file is None:
        raise NotFound(pointer="/path/evidence_id")
    if file.stored_at is not None:
        return
    own = col(Evidence.id) == evidence_id
    with recording(session, actor, file.service_center_id, "evidence.stored", evidence_id, (Evidence, own)):
        stored = {"media_type": kind.media_type, "stored_at": clock.now()}
        session.execute(update(Evidence).where(own, col(Evidence.stored_at).is_(None)).values(stored))


def _check_name(name: str) -> None:
    wrong = wrong_with_name(name)
    if wrong is not None:
        _refuse("/name", "wrong-file-name", wrong, "Give the file's own name, such as 整改照片.jpg.")
    if extension(name) not in EXTENSIONS:
        detail = f"'{name}' does not end as a kind of file that is taken."
        _refuse("/name", "extension-not-taken", detail, f"Hand in one of: {', '.join(EXTENSIONS)}.")


def _checked(file: RowMapping, received: Received) -> FileType:
    """Hold the bytes against what was declared, and say what they are."""
    again = "Send the very bytes that were declared, or declare these anew."
    if received.size != file["size"]:
        _refuse("", "size-differs", f"{received.size} bytes came; {file['size']} were declared.", again)
    if received.sha256 != file["sha256"]:
        _refuse("", "hash-differs", f"The bytes' SHA-256 is {received.sha256}; another was declared.", again)
    taken = f"Hand in one of: {', '.join(EXTENSIONS)}."
    try:
        kind = file_type(received.path.read_bytes())
    except UnfitFile as error:
        _refuse("", "type-not-taken", f"'{file['name']}' is not taken. {error}", taken)
    wrong = wrong_extension(extension(file["name"]), kind)
    if wrong is not None:
        _refuse("", "type-contradicts-name", wrong, "Declare the file under the name of what it is.")
    return kind


def _refuse(pointer: str, code: str, detail: str, remedy: str) -> NoReturn:
    raise Invalid(detail, faults=[Fault(pointer, code, detail, remedy)])

"""The files that an answer of a vendor refers to, as both doors show them beside it."""

import uuid
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field
from sqlalchemy import RowMapping

from app.values import Out

EvidenceIds = Annotated[
    list[uuid.UUID], Field(max_length=20, description="Ids that `POST /v1/portal/evidence` gave, their bytes stored.")
]


class AttachedOut(Out):
    """A file that was handed in as evidence."""

    id: uuid.UUID
    name: str
    size: Annotated[int, Field(description="Bytes.")]
    sha256: str
    media_type: str | None


def attached(rows: Iterable[RowMapping]) -> list[AttachedOut]:
    """Show files in the order in which they were attached."""
    return [AttachedOut.model_construct(**{name: row[name] for name in AttachedOut.model_fields}) for row in rows]

"""The dated versions of a contract's terms, read from their stored documents."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from pydantic import ValidationError
from sqlalchemy import RowMapping

from app.features.contracts import terms_document
from app.features.contracts.errors import TermsUnreadable
from app.models.columns import canonical
from app.rules.periods import Period
from app.rules.terms import DatedTerms, Terms, in_force


@dataclass(frozen=True, slots=True)
class Version(DatedTerms):
    """A version with the id of its row, which every decision by it names."""

    id: uuid.UUID
    reference: Mapping[str, str] = field(default_factory=dict)
    """The paper that states it, and its clause."""


def version(id_: uuid.UUID, number: int, effective_from: date, agreed_on: date, terms: Terms) -> Version:
    """Put a version together."""
    return Version(number=number, effective_from=effective_from, agreed_on=agreed_on, terms=terms, id=id_)


def read_versions(rows: Iterable[RowMapping]) -> list[Version]:
    """Read stored versions; raises TermsUnreadable where a document has been damaged."""
    return [
        Version(
            number=row["number"],
            effective_from=row["effective_from"],
            agreed_on=row["agreed_on"],
            terms=_terms(row),
            id=row["id"],
            reference=row["reference"],
        )
        for row in rows
    ]


def _terms(row: RowMapping) -> Terms:
    try:
        return _rules(canonical(row["document"]))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = "/".join(str(part) for part in first["loc"]) or "the document"
        message = f"Version {row['number']} of contract {row['contract_id']} cannot be read: {place}: {first['msg']}"
        raise TermsUnreadable(message) from error


@lru_cache(maxsize=512)
def _rules(document: str) -> Terms:
    """Read terms by their text: what says the same is the same, and many contracts and requests say the same."""
    return terms_document.read(json.loads(document)).rules()


def version_for(versions: Sequence[Version], period: Period, known_on: date) -> Version | None:
    """Pick the version in force for a period, as known on a day."""
    return in_force(versions, period, known_on)

"""What a contract's document leaves open: answers that it does not give, and issue types that its centre has not."""

import uuid
from collections.abc import Iterator
from typing import Any

from sqlmodel import Session

from app.features.contracts.terms_document import TermsDocument
from app.features.parties.queries import issue_type_codes
from app.rules.completeness import unanswered
from app.rules.faults import escaped
from app.rules.fees import ServiceFees
from app.rules.missing import Missing, need

_BY_TYPE = frozenset({"amounts", "shares", "points", "per_day", "by_level", "additions"})
"""The members of clauses that hold prices by issue type."""


def open_questions(
    session: Session, service_center_id: uuid.UUID, document: TermsDocument, service: ServiceFees
) -> list[Missing]:
    """Name what a document leaves open for a service at a centre."""
    return [*unanswered(document.rules(), service), *_unknown_issue_types(session, service_center_id, document)]


def _unknown_issue_types(session: Session, service_center_id: uuid.UUID, document: TermsDocument) -> list[Missing]:
    """Name the issue types that clauses price and the centre has not registered: no finding can be of them."""
    named = list(_named(document.model_dump(mode="json", include={"money", "triggers"}, exclude_none=True), ""))
    if not named:
        return []
    known = issue_type_codes(session, service_center_id)
    return [
        need(
            "issue_type",
            f"/terms{pointer}",
            f"中心的问题类别中没有“{code}”，条款所列扣款无从发生：代码是否写错，或尚未登记该问题类别？",
            f"Which issue type of the centre is {code}? None is registered under this code, so it costs nothing.",
        ).missing
        for pointer, code in named
        if code not in known
    ]


def _named(value: Any, pointer: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 JSON is any value
    """Walk a document and give each issue type with where it is named."""
    if isinstance(value, list):
        for place, entry in enumerate(value):
            yield from _named(entry, f"{pointer}/{place}")
    elif isinstance(value, dict):
        for name, entry in value.items():
            if name in _BY_TYPE and isinstance(entry, dict):
                yield from ((f"{pointer}/{name}/{escaped(code)}", code) for code in entry)
            else:
                yield from _named(entry, f"{pointer}/{name}")

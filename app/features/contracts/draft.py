"""What is entered when a contract is taken on."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.features.contracts.terms_document import Reference, TermsDocument
from app.rules.periods import Period


@dataclass(frozen=True, slots=True)
class Amendment:
    """补充协议: the terms from a day on, and the paper that says so; `agreed_on` left out is today."""

    effective_from: date
    reference: Reference
    terms: TermsDocument
    agreed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContract:
    """A contract as it is entered, before anything of it is checked."""

    number: str
    title: str
    service_center_id: uuid.UUID
    vendor_id: uuid.UUID
    starts_on: date
    ends_on: date
    recorded_from: Period
    terms: TermsDocument
    reference: Reference
    agreed_on: date | None = None
    years: Sequence[tuple[int, int]] = ()
    """The money of each year: (year, fen)."""
    more: dict[str, Any] = field(default_factory=dict)
    """The optional texts: supervising authority, bidder, performing branch, note, external reference."""

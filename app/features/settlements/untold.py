"""What an explanation would tell a vendor before its notice does: results that were not notified yet."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from app.features.settlements import portal_queries
from app.rules.workings import Measure

_YEAR = re.compile(r"/annual-assessments/(?P<year>\d{4})$")
_MONTH = re.compile(r"/(?:(?:assessments|metrics)/|(?:findings|decisions)\?period=)(?P<month>\d{4}-\d{2})$")
"""Addresses of what a month is judged by; what its money comes to is told by the lines anyway."""
_NAMED = re.compile(r"(?<![\d-])\d{4}-\d{2}(?![\d-])")


class Withheld(StrEnum):
    """Why steps are not shown to a vendor yet."""

    MONTH_NOT_NOTIFIED = "month_not_notified"
    YEAR_NOT_NOTIFIED = "year_not_notified"


@dataclass(frozen=True, slots=True)
class Untold:
    """The months and years of a contract whose results its vendor was not notified of."""

    months: frozenset[str]
    years: frozenset[int]

    def withheld(self, steps: Sequence[Mapping[str, Any]], period: str | None = None) -> Withheld | None:
        """Say why written steps are withheld: they are of a month, or rest on a result, that was not notified.

        `period` is the month of the amount, None where it is of no single one. None is given where all was notified.
        """
        if period in self.months or any(month in self.months for step in steps for month in _months(step)):
            return Withheld.MONTH_NOT_NOTIFIED
        if any(year in self.years for step in steps for year in _years(step)):
            return Withheld.YEAR_NOT_NOTIFIED
        return None


def untold(session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID) -> Untold:
    """Read what a vendor was not notified of yet in a contract of its own."""
    return Untold(
        frozenset(portal_queries.untold_months(session, vendor_id, contract_id)),
        frozenset(portal_queries.untold_years(session, vendor_id, contract_id)),
    )


def _months(step: Mapping[str, Any]) -> Iterator[str]:
    found = _MONTH.search(step.get("source") or "")
    if found is not None:
        yield found["month"]
    # A ladder counts months by a label that names them, and a score of another month says whose it is.
    if step["measure"] != Measure.YUAN:
        yield from _NAMED.findall(step["label"]["en"])


def _years(step: Mapping[str, Any]) -> Iterator[int]:
    found = _YEAR.search(step.get("source") or "")
    if found is not None:
        yield int(found["year"])

"""What a trial is asked: other terms or changes of the terms in force, for which months, and from when they govern."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from app.features.contracts.terms_document import TermsDocument
from app.features.settlements.trials.patching import Change
from app.rules.faults import Fault
from app.rules.periods import Period


@dataclass(frozen=True, slots=True)
class TrialRequest:
    """A trial; either `terms` take the place of those in force, or `changes` are made to them."""

    terms: TermsDocument | None = None
    changes: Sequence[Change] | None = None
    first: Period | None = None
    last: Period | None = None
    effective_from: date | None = None
    """Months that end before it stay under their own terms."""
    title: str | None = None

    def faults(self) -> list[Fault]:
        """Name what is wrong with the request, whatever contract it is about."""
        found = []
        if (self.terms is None) == (self.changes is None):
            detail = "A trial has either terms or changes."
            found.append(
                Fault("", "terms-or-changes", detail, "State the whole terms, or the changes to make to them.")
            )
        if self.terms is not None:
            found += [fault.under("/terms") for fault in self.terms.faults()]
        if self.first is not None and self.last is not None and self.first > self.last:
            detail = f"The months would begin with {self.first} and end with {self.last}."
            found.append(Fault("/months/to", "ends-before-it-starts", detail, "State the earlier month first."))
        return found

    def governs(self, period: Period) -> bool:
        """Say whether a month is under the terms on trial."""
        return self.effective_from is None or self.effective_from <= period.last_day

    def shows(self, period: Period) -> bool:
        """Say whether a month is among those asked for."""
        return (self.first is None or self.first <= period) and (self.last is None or period <= self.last)

    def written(self) -> dict[str, Any]:
        """Give the request as data, in the form in which it is asked."""
        changes, months = self.changes, {"from": self.first, "to": self.last}
        return {
            "title": self.title,
            "terms": None if self.terms is None else self.terms.model_dump(mode="json", exclude_none=True),
            "changes": None if changes is None else [change.written() for change in changes],
            "months": {name: None if period is None else str(period) for name, period in months.items()},
            "effective_from": None if self.effective_from is None else self.effective_from.isoformat(),
        }

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """Read a stored request."""
        terms, changes = data["terms"], data["changes"]
        months, effective_from = data["months"], data["effective_from"]
        first, last = (Period.parse(months[name]) if months[name] else None for name in ("from", "to"))
        return cls(
            terms=None if terms is None else TermsDocument.model_validate(terms),
            changes=None if changes is None else [Change(**change) for change in changes],
            first=first,
            last=last,
            effective_from=date.fromisoformat(effective_from) if effective_from else None,
            title=data["title"],
        )

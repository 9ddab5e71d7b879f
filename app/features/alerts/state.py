"""What an alert should say, as a value computed from dated facts."""

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.models.words import AlertKind, AlertStatus, Severity


@dataclass(frozen=True, slots=True)
class AlertState:
    """An alert as the facts demand it on a day; it is open as long as `until` is None."""

    kind: AlertKind
    contract_id: uuid.UUID | None
    service_center_id: uuid.UUID | None
    subject: str
    severity: Severity
    since: date
    until: date | None
    facts: dict[str, Any]

    @property
    def key(self) -> tuple[uuid.UUID | None, str]:
        """Give what finds the alert again among those of its kind."""
        return self.contract_id, self.subject

    @property
    def status(self) -> AlertStatus:
        """Give the status that the facts demand; taking up is a person's doing."""
        return AlertStatus.OPEN if self.until is None else AlertStatus.RESOLVED


@dataclass(frozen=True, slots=True)
class Broken:
    """A contract whose data could not be read; it is reported and stops nobody else."""

    contract_id: uuid.UUID
    error: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one job found: the alerts that should be, how many rows it looked at, which contracts are broken."""

    states: list[AlertState] = field(default_factory=list)
    rows_read: int = 0
    undetermined: int = 0
    broken: list[Broken] = field(default_factory=list)
    turns: dict[uuid.UUID, date] = field(default_factory=dict)
    """The next day on which time alone moves a contract, where its due dates do not say so."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a job did: rows read, alerts written, rows left as they were, contracts failed."""

    read: int = 0
    written: int = 0
    skipped: int = 0
    broken: list[Broken] = field(default_factory=list)
    contracts: list[uuid.UUID] = field(default_factory=list)
    """The contracts of which anything was written."""
    turns: dict[uuid.UUID, date] = field(default_factory=dict)
    """The next day on which time alone moves a contract."""

    def plus(self, other: "Tally") -> "Tally":
        """Add another part of the same run; contracts and turns are of each part alone, since they may be many."""
        return Tally(
            self.read + other.read,
            self.written + other.written,
            self.skipped + other.skipped,
            [*self.broken, *other.broken],
        )

"""What a measurement gives: a figure beside its floor, and how far it was to reach."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the report.

    `value` is what is held against `reach`: a ratio, where there is a floor, or the figure itself. `at_least` says on
    which side of the reach it must lie; a figure without a reach is only told.
    """

    name: str
    """Such as `R1`."""
    database: str
    """`SQLite` or `PostgreSQL`."""
    what: str
    """What was measured, in a few words."""
    value: float
    reach: float | None = None
    at_least: bool = True
    ours: str = ""
    """Our own figure with its unit, for a reader."""
    floor: str = ""
    note: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    """Whatever else was measured, for the file."""

    @property
    def reached(self) -> bool | None:
        """Tell whether it was reached; None where nothing was to be."""
        if self.reach is None:
            return None
        return self.value >= self.reach if self.at_least else self.value <= self.reach

    def written(self) -> dict[str, Any]:
        """Give it for the file."""
        return asdict(self) | {"reached": self.reached}

"""What came of a plan of the load generator; apart from it, since whoever imports Locust has its sockets patched."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan; latencies in milliseconds."""

    tasks: int
    """Those that were measured."""
    asked: int
    """All of them, those for warming up included."""
    seconds: float
    p50: float
    p99: float
    failed: int
    failures: list[str]
    busy: float
    """The generator's own share of one core: near 1 it is the generator that was measured."""

    @property
    def rate(self) -> float:
        """Give the tasks a second."""
        return self.tasks / self.seconds

"""Which monthly figures (月度数据) a contract asks for, and since when a month has had them all."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.rules.deadlines import DueDateRule
from app.rules.faults import Fault


@dataclass(frozen=True, slots=True)
class MetricsRule:
    """By when the figures of a month are on record, and which; one of any hall or counter, or of all, will do."""

    due: DueDateRule
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The codes that a month had on record from a day on, until the next such day."""

    on: date
    codes: frozenset[str]


def complete_since(states: Iterable[OnRecord], required: Collection[str], as_of: date) -> date | None:
    """Give the day since which a month has had all that is required, as known on `as_of`; None where it has not.

    States come in their order. What was taken off the record again counts from the day on which it came back; what
    a day ended with is what counts of it, so that a slip put right on the same day is none.
    """
    ended_with: dict[date, frozenset[str]] = {}
    for state in states:
        if state.on > as_of:
            break
        ended_with[state.on] = state.codes
    standing: date | None = None
    for day, codes in ended_with.items():
        standing = (standing or day) if codes.issuperset(required) else None
    return standing


def check_metrics_rule(rule: MetricsRule) -> Iterator[Fault]:
    """Name the codes that are required twice; pointers start at the clause."""
    for place, code in enumerate(rule.required):
        first = rule.required.index(code)
        if first != place:
            detail = f"'{code}' is required twice."
            yield Fault(f"/required/{place}", "code-twice", detail, f"Leave this one out, or /required/{first}.")

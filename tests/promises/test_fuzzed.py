"""Bad input gets a problem document, never a 500; and the same answer from SQLite and from PostgreSQL."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count

import pytest
import time_machine

from app.errors import registry
from tests.conftest import DIALECTS
from tests.fuzz.hostile import Sent, requests
from tests.fuzz.house import House
from tests.fuzz.houses import Houses
from tests.fuzz.ids import Ids, fixed_ids
from tests.fuzz.stages import END, stage_of
from tests.fuzz.wire import Answer, Raw, Wire
from tests.fuzz.world import NOW
from tests.promises.conftest import Promise

SEED = "考核"
WRITES = 6
"""So many changes are made to a copy before the next request gets a fresh one."""


@pytest.fixture
def ids() -> Iterator[Ids]:
    """Hold the clock, and have both databases give the same ids."""
    with time_machine.travel(NOW, tick=False), fixed_ids() as fixed:
        yield fixed


@dataclass(slots=True)
class Found:
    """What came out of all requests."""

    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    broken: int = 0
    differences: int = 0

    def note(self, raw: Raw, answers: list[Answer]) -> None:
        """Count one request and check its answers."""
        first, second = answers
        self.statuses[first.status] += 1
        self.codes[first.code] += 1
        same = (first.status, first.body) == (second.status, second.body)
        self.differences += not same
        self.broken += sum(answer.status >= 500 for answer in answers)
        if not same or not all(map(_is_right, answers)):
            self.faults.append(f"{str(raw)[:1500]}\n  {str(first)[:900]}\n  {str(second)[:900]}")


def _is_right(answer: Answer) -> bool:
    """Tell whether an answer is no fault of ours, and a refusal a problem that /problems explains."""
    if answer.status < 400:
        return True
    if answer.status >= 500 or answer.code not in registry():
        return False
    said = json.loads(answer.body)
    return bool(said["status"] == answer.status and said["request_id"] == answer.headers["x-request-id"])


def test_hostile_requests_get_one_answer_from_both_databases(houses: Houses, ids: Ids, promise: Promise) -> None:
    """Hostile requests to every operation: no 5xx, every refusal a problem, status and body the same from both."""
    size = promise.size(20_000, 120)
    both = [houses(dialect) for dialect in DIALECTS]
    operations = both[0].operations
    found, numbers = Found(), count(1000)
    by_stage: dict[str, list[Sent]] = {}
    for place, operation in enumerate(operations):
        own = size // len(operations) + (place < size % len(operations))
        by_stage.setdefault(stage_of(operation), []).extend(requests(SEED, operation, own))
    for stage, sent in by_stage.items():
        _ask(both, stage, sent, ids, numbers, found)
    promise.shows(
        requests=found.statuses.total(),
        answers=2 * found.statuses.total(),
        answers_5xx=found.broken,
        differences=found.differences,
        codes=len(found.codes),
        statuses=str(dict(sorted(found.statuses.items()))),
    )
    assert found.faults == []


def _ask(both: list[House], stage: str, sent: list[Sent], ids: Ids, numbers: Iterator[int], found: Found) -> None:
    """Send requests to both, in turn, on copies of their stage that are not written to for long."""
    waiting = iter(sent)
    left = len(sent)
    while left:
        with ExitStack() as opened:
            wires = [Wire(opened.enter_context(h.open(stage))) for h in both]
            written = 0
            while left and written < WRITES:
                number, send = next(numbers), next(waiting)
                left -= 1
                raws = [send(house.tokens) for house in both]
                answers = []
                for wire, raw in zip(wires, raws, strict=True):
                    ids.begin(number)
                    answers.append(wire.send(raw))
                found.note(raws[0], answers)
                written += answers[0].status < 300 and stage != END

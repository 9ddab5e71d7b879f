"""How the places in flight are shared out, so that no endpoint takes another one's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Key = TypeVar("Key")

PER_ENDPOINT = 8
"""In flight to one endpoint that answers; one that does not is asked one thing at a time."""


@dataclass(frozen=True, slots=True)
class Waiting(Generic[Key]):
    """An endpoint with deliveries that are due: how many (counted up to PER_ENDPOINT), and how many are in flight."""

    endpoint_id: Key
    trusted: bool
    due: int
    oldest: datetime
    busy: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """How many deliveries a worker can take on.

    `untrusted` of them may go to endpoints that have not answered yet or fail, and `further` may be second ones for
    the same endpoint: what is slow must not take the place of what is quick.
    """

    total: int
    untrusted: int
    further: int

    @classmethod
    def of(cls, places: int, taken: int, untrusted: int) -> "Room":
        """Give what is left of a worker's places: a quarter is for the untrusted, a half is for first ones only."""
        quarter, half = max(places // 4, 1), max(places // 2, 1)
        left = max(places - taken, 0)
        return cls(left, min(left, max(quarter - untrusted, 0)), min(left, max(half - taken, 0)))


def shares(waiting: Sequence[Waiting[Key]], room: Room) -> dict[Key, int]:
    """Give how many deliveries to take for which endpoint: a first one for each before anybody's second."""
    asked = sorted(
        (number, endpoint.oldest, str(endpoint.endpoint_id), endpoint)
        for endpoint in waiting
        for number in range(endpoint.busy + 1, min(endpoint.busy + endpoint.due, _most(endpoint)) + 1)
    )
    given: dict[Key, int] = {}
    total, untrusted, further = room.total, room.untrusted, room.further
    for number, _, _, endpoint in asked:
        first = number == 1
        if not total or (not endpoint.trusted and not untrusted) or (not first and not further):
            continue
        total -= 1
        untrusted -= not endpoint.trusted
        further -= not first
        given[endpoint.endpoint_id] = given.get(endpoint.endpoint_id, 0) + 1
    return given


def _most(endpoint: Waiting[Key]) -> int:
    return PER_ENDPOINT if endpoint.trusted else 1

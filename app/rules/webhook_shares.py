"""How the places in flight are shared out, so that no vendor and no endpoint takes another one's."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    vendor_id: Key
    trusted: bool
    due: int
    oldest: datetime
    busy: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """How many deliveries a worker can take on.

    `untrusted` of them may go to endpoints that have not answered yet or fail, and `further` may be second ones for
    the same endpoint: what is slow must not take the place of what is quick. One vendor may have `per_vendor` in
    flight, also while nobody else waits: a place that is taken cannot be given to who comes next.
    """

    total: int
    untrusted: int
    further: int
    per_vendor: int

    @classmethod
    def of(cls, places: int, taken: int, untrusted: int) -> "Room":
        """Give what is left of a worker's places: a quarter is for the untrusted, a half is for first ones only.

        A quarter of all is the most that one vendor may have.
        """
        quarter, half = max(places // 4, 1), max(places // 2, 1)
        left = max(places - taken, 0)
        return cls(left, min(left, max(quarter - untrusted, 0)), min(left, max(half - taken, 0)), quarter)


def shares(waiting: Sequence[Waiting[Key]], room: Room, busy: Mapping[Key, int]) -> dict[Key, int]:
    """Give how many deliveries to take for which endpoint: a first one for each before anybody's second.

    That is by vendor, and for each vendor by endpoint; `busy` is how many of each vendor are in flight.
    """
    given: dict[Key, int] = {}
    of_vendor = Counter(dict(busy))
    total, untrusted, further = room.total, room.untrusted, room.further
    for number, endpoint in _in_turn(waiting, busy):
        first = number == 1
        if not total or (not endpoint.trusted and not untrusted) or (not first and not further):
            continue
        if of_vendor[endpoint.vendor_id] >= room.per_vendor:
            continue
        total -= 1
        untrusted -= not endpoint.trusted
        further -= not first
        of_vendor[endpoint.vendor_id] += 1
        given[endpoint.endpoint_id] = given.get(endpoint.endpoint_id, 0) + 1
    return given


def _in_turn(waiting: Iterable[Waiting[Key]], busy: Mapping[Key, int]) -> Iterator[tuple[int, Waiting[Key]]]:
    """Give what is asked for, each as its endpoint's so-and-so-many-th, in the order in which it is given."""
    asked: dict[Key, list[tuple[int, datetime, str, Waiting[Key]]]] = defaultdict(list)
    for endpoint in waiting:
        for number in range(endpoint.busy + 1, min(endpoint.busy + endpoint.due, _most(endpoint)) + 1):
            asked[endpoint.vendor_id].append((number, endpoint.oldest, str(endpoint.endpoint_id), endpoint))
    turns = [
        (place, *ask)
        for vendor_id, asks in asked.items()
        for place, ask in enumerate(sorted(asks, key=lambda ask: ask[:3]), busy.get(vendor_id, 0) + 1)
    ]
    for _, number, _, _, endpoint in sorted(turns, key=lambda turn: turn[:4]):
        yield number, endpoint


def _most(endpoint: Waiting[Key]) -> int:
    return PER_ENDPOINT if endpoint.trusted else 1

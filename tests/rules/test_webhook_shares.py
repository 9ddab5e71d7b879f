"""How the places in flight are shared out among endpoints."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.rules.webhook_shares import PER_ENDPOINT, Room, Waiting, shares

NOW = datetime(2026, 10, 1, tzinfo=UTC)


def waits(name: str, due: int, busy: int = 0, *, trusted: bool = True, minutes: int = 0) -> Waiting[str]:
    """Give an endpoint whose oldest delivery is that old, of a vendor of its own unless the name says which."""
    return Waiting(name, name.partition("/")[0], trusted, due, NOW - timedelta(minutes=minutes), busy)


def test_a_first_one_for_each_before_anybodys_second() -> None:
    waiting = [waits("old", 8, minutes=9), waits("a", 8), waits("b", 1)]
    assert shares(waiting, Room(3, 3, 3, 3), {}) == {"old": 1, "a": 1, "b": 1}
    assert shares(waiting, Room(4, 4, 4, 4), {}) == {"old": 2, "a": 1, "b": 1}
    assert shares(waiting, Room(100, 100, 100, 100), {}) == {"old": 8, "a": 8, "b": 1}


def test_who_has_one_in_flight_comes_after_who_has_none() -> None:
    assert shares([waits("old", 8, busy=2, minutes=9), waits("new", 1)], Room(1, 1, 1, 1), {}) == {"new": 1}


def test_who_has_not_answered_is_asked_one_thing_at_a_time() -> None:
    assert shares([waits("dead", 8, trusted=False)], Room(9, 9, 9, 9), {}) == {"dead": 1}
    assert shares([waits("dead", 8, busy=1, trusted=False)], Room(9, 9, 9, 9), {}) == {}


def test_a_thousand_dead_ones_leave_three_quarters_of_the_places() -> None:
    dead = [waits(f"dead {number}", 8, trusted=False, minutes=9) for number in range(1000)]
    given_ = shares([*dead, waits("healthy", 8)], Room.of(64, 0, 0), {})
    assert given_["healthy"] == PER_ENDPOINT
    assert len(given_) == 1 + 16
    assert shares(dead, Room.of(64, 16, 16), {}) == {}


def test_second_ones_leave_half_of_the_places_to_first_ones() -> None:
    healthy = [waits(str(number), 8) for number in range(10)]
    assert sum(shares(healthy, Room.of(64, 0, 0), {}).values()) == 10 + 32
    assert shares([waits("a", 8, busy=8)], Room.of(64, 40, 0), {}) == {}


def test_one_vendor_has_at_most_a_quarter_however_many_endpoints_it_has() -> None:
    slow = [waits(f"slow/{number}", 8, minutes=9) for number in range(10)]
    given_ = shares([*slow, waits("quick", 30)], Room.of(64, 0, 0), {})
    assert sum(number for name, number in given_.items() if name != "quick") == 16
    assert given_["quick"] == PER_ENDPOINT
    # What is in flight already counts, also to endpoints at which nothing more is due.
    assert shares(slow, Room.of(64, 16, 0), {"slow": 16}) == {}
    assert sum(shares(slow, Room.of(64, 14, 0), {"slow": 14}).values()) == 2


def test_vendors_take_turns_before_their_endpoints_do() -> None:
    many = [waits(f"many/{number}", 8, minutes=9) for number in range(10)]
    given_ = shares([*many, waits("one", 8)], Room(6, 6, 6, 6), {})
    assert (given_["one"], len(given_)) == (3, 4)
    assert shares([*many, waits("one", 8)], Room(2, 2, 2, 9), {"many": 5}) == {"one": 2}


@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 9), st.booleans()), max_size=60),
    st.integers(1, 40),
    st.integers(0, 40),
)
def test_no_share_is_larger_than_its_room(drawn: list[tuple[int, int, bool]], places: int, taken: int) -> None:
    waiting = [
        Waiting(number, number % 3, trusted, due, NOW, busy) for number, (due, busy, trusted) in enumerate(drawn)
    ]
    room = Room.of(places, taken, 0)
    given_ = shares(waiting, room, {})
    assert sum(given_.values()) <= room.total
    assert sum(given_.get(endpoint.endpoint_id, 0) for endpoint in waiting if not endpoint.trusted) <= room.untrusted
    assert all(given_.get(endpoint.endpoint_id, 0) <= endpoint.due for endpoint in waiting)
    assert all(sum(given_.get(number, 0) for number in range(v, len(waiting), 3)) <= room.per_vendor for v in range(3))

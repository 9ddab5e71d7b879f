"""What the doors remember of whose a thing is."""

import uuid

from app.features.access.owners import KnownOwners

CENTER, VENDOR = uuid.uuid4(), uuid.uuid4()


def test_as_much_is_remembered_as_was_said_and_the_oldest_gives_way() -> None:
    """Whoever reads a thousand things does not fill the memory."""
    known = KnownOwners(most=2)
    first, second, third = (uuid.uuid4() for _ in range(3))
    for id_ in (first, second, third):
        known.keep("contract_id", id_, (CENTER, VENDOR))
    assert known.of("contract_id", first) is None
    assert [known.of("contract_id", id_) for id_ in (second, third)] == [(CENTER, VENDOR)] * 2


def test_an_id_is_known_as_what_it_was_found_as() -> None:
    """An assessment's id names no contract."""
    known, id_ = KnownOwners(), uuid.uuid4()
    known.keep("assessment_id", id_, (CENTER, VENDOR))
    assert known.of("contract_id", id_) is None

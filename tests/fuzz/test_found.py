"""What hostile requests have found once; each is answered with a problem since."""

from dataclasses import replace

import pytest
import time_machine

from tests.fuzz.documented import Asked
from tests.fuzz.house import House
from tests.fuzz.stages import END
from tests.fuzz.wire import Answer, Raw, Wire
from tests.fuzz.world import NOW

JSON = {"Content-Type": "application/json"}
EMPTY = Asked("POST", "/v1/issue-types", JSON, b"{}")


def _send(house: House, raw: Raw) -> Answer:
    with time_machine.travel(NOW, tick=False), house.open(END) as app:
        wire = Wire(app)
        return wire.send(raw)


@pytest.mark.parametrize("target", ["/v1/nothing", "/v1/contracts", "/v1/portal/me"])
def test_a_query_that_is_no_utf_8(house: House, target: str) -> None:
    """Whatever the path is, and whether or not the caller may: the query cannot break what is said of it."""
    raw = replace(Raw.of(Asked("GET", target), house.tokens["admin"]), query=b"\xff\xfe")
    answer = _send(house, raw)
    assert (answer.status, answer.code) in {(404, "not-found"), (400, "bad-request"), (403, "forbidden")}


@pytest.mark.parametrize("length", ["²".encode("latin-1"), b"", b"-1", b"abc", b"0" * 30])
def test_a_length_that_is_no_number(house: House, length: bytes) -> None:
    """It is not believed: the body is measured as it comes."""
    raw = Raw.of(EMPTY, house.tokens["admin"])
    headers = tuple((name, length if name == b"content-length" else value) for name, value in raw.headers)
    answer = _send(house, replace(raw, headers=headers))
    assert (answer.status, answer.code) == (422, "validation-error")


@pytest.mark.parametrize("length", [b"1048577", b"9" * 5000])
def test_a_length_beyond_the_limit(house: House, length: bytes) -> None:
    """It is refused before anything is read, however many figures it has."""
    raw = Raw.of(EMPTY, house.tokens["admin"])
    headers = tuple((name, length if name == b"content-length" else value) for name, value in raw.headers)
    answer = _send(house, replace(raw, headers=headers))
    assert (answer.status, answer.code) == (413, "body-too-large")

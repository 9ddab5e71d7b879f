"""How often somebody may ask: by whom and by what it is counted, when it is said, and what that costs."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from fastapi import Request
from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.api.peers import neighbourhood
from app.api.rates import RateClass, Rates, check_sign_in
from app.database import Database
from app.errors import TooManyRequests
from app.models.words import Role
from app.settings import Settings
from tests.api.asking import expect_problem
from tests.client import Client
from tests.lending import client_of
from tests.office import Office, Person

NOON = "2023-06-01T04:00:00Z"
"""The beginning of a minute, in which the tests ask."""


@pytest.fixture(params=["sqlite"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Count beside one database: nothing is counted in it."""
    return str(request.param)


@pytest.fixture
def hour() -> Iterator[time_machine.Traveller]:
    """Stand still at noon."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def limited(**limits: int) -> Settings:
    """Give settings with these limits; the others are off, as everywhere in the tests."""
    return Settings().model_copy(update={f"{name}_per_minute": most for name, most in limits.items()})


@pytest.fixture
def strict(database: Database, office: Office, tmp_path: Path) -> Iterator[Office]:
    """Give an office whose application allows three reads, two changes, one heavy request and two strangers."""
    allowed = limited(reads=3, writes=2, heavy=1, strangers=2).model_copy(update={"var_dir": tmp_path})
    with client_of(allowed, database) as client:
        yield office.over(database, client)


def wait_of(answer: Any) -> int:  # noqa: ANN401 the answer of any client
    """Check that an answer says 429, and give the seconds that it asks to wait."""
    expect_problem(answer, 429, "too-many-requests")
    assert "Retry-After" in answer.json()["remedy"]
    return int(answer.headers["retry-after"])


def test_the_reads_of_a_minute_are_counted_by_who_asks(strict: Office, hour: time_machine.Traveller) -> None:
    """The fourth is refused, until as many seconds are over as were said; a colleague is not concerned."""
    assert [strict.auditor.get("/v1/me").status_code for _ in range(3)] == [200] * 3
    seconds = wait_of(strict.auditor.get("/v1/me"))
    assert 1 <= seconds <= 61
    assert strict.finance.get("/v1/me").status_code == 200
    hour.shift(seconds)
    assert strict.auditor.get("/v1/me").status_code == 200


@pytest.mark.usefixtures("hour")
def test_reading_changing_and_what_takes_long_are_counted_apart(strict: Office) -> None:
    """Whoever has changed enough for a minute may still read."""
    vendor = {"service_center_id": str(strict.center)}
    made = [strict.admin.post("/v1/vendors", vendor | {"name": f"{n}号公司"}).status_code for n in range(2)]
    assert made == [201, 201]
    wait_of(strict.admin.post("/v1/vendors", vendor | {"name": "三号公司"}))
    night = {"job": "flag_late_notices", "as_of": "2023-05-31"}
    assert strict.supervisor.post("/v1/job-runs", night).status_code == 200
    wait_of(strict.supervisor.post("/v1/job-runs", night))
    assert {person.get("/v1/vendors").status_code for person in (strict.admin, strict.supervisor)} == {200}


@pytest.mark.usefixtures("hour")
def test_too_many_is_said_after_who_asks_and_before_anything_else(strict: Office) -> None:
    """Neither the body nor the id is looked at; what was looked for in vain is counted like what was found."""
    nowhere = "/v1/contracts/00000000-0000-0000-0000-000000000007"
    assert [strict.finance.get(nowhere).status_code for _ in range(3)] == [404] * 3
    wait_of(strict.finance.get(nowhere))
    assert [strict.auditor.post("/v1/vendors", {"colour": "red"}).status_code for _ in range(2)] == [403, 403]
    wait_of(strict.auditor.call("POST", "/v1/vendors", content=b"{", headers={"Content-Type": "text/plain"}))


@pytest.mark.usefixtures("hour")
def test_strangers_are_counted_by_address_and_hinder_nobody_who_is_known(strict: Office) -> None:
    """Two bad tokens are 401, the third 429; a good token from the same address passes."""
    strangers = [Person(strict.client, token) for token in ("kaohe_a", "kaohe_b", "kaohe_c")]
    assert [person.get("/v1/me").status_code for person in strangers] == [401, 401, 429]
    wait_of(strict.client.get("/v1/me"))
    assert strict.people[Role.ADMIN].get("/v1/me").status_code == 200


def test_every_operation_says_that_it_may_be_too_often(client: Client) -> None:
    """The document names 429 and what the operation counts as."""
    document = client.get("/openapi.json").json()
    guarded = {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/v1/")
    }
    assert [name for name, operation in guarded.items() if "429" not in operation["responses"]] == []
    kinds = {name: operation["x-rate-class"] for name, operation in guarded.items()}
    assert set(kinds.values()) == {"read", "write", "heavy"}
    assert kinds["put", "/v1/portal/evidence/{evidence_id}/content"] == "heavy"
    assert [name for name, kind in kinds.items() if kind == "write" and name[0] == "get"] == []


# ---------------------------------------------------------------- signing in, and where a request comes from


def coming(client: Client, peer: str) -> Request:
    """Give a request from an address."""
    return Request({"type": "http", "app": client.app, "client": (peer, 50000), "headers": []})


@pytest.mark.usefixtures("hour")
def test_signing_in_is_counted_by_address_and_by_name(database: Database, tmp_path: Path) -> None:
    """From one address under any names, and from any address under one name, however that is written."""
    with client_of(limited(sign_ins=2).model_copy(update={"var_dir": tmp_path}), database) as client:
        for name in ("wang", "li"):
            check_sign_in(coming(client, "192.0.2.1"), name)
        with pytest.raises(TooManyRequests) as refused:
            check_sign_in(coming(client, "192.0.2.1"), "zhao")
        assert 1 <= (refused.value.retry_after or 0) <= 61
        check_sign_in(coming(client, "192.0.2.2"), "Wang ")
        with pytest.raises(TooManyRequests):
            check_sign_in(coming(client, "192.0.2.3"), "WANG")
        # Of IPv6, whoever has one address of a network has them all.
        for host in ("1", "2"):
            check_sign_in(coming(client, f"2001:db8::{host}"), f"chen{host}")
        with pytest.raises(TooManyRequests):
            check_sign_in(coming(client, "2001:db8::3"), "chen3")


@pytest.mark.parametrize(
    ("peer", "said", "found"),
    [
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("10.1.2.3", "198.51.100.7", "198.51.100.7"),
        ("10.1.2.3", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "::ffff:198.51.100.7", "198.51.100.7"),
        ("10.1.2.3", "2001:db8:0:1::7", "2001:db8:0:1::/64"),
        ("", "198.51.100.7", "None"),
    ],
)
def test_only_a_trusted_proxy_says_where_a_request_comes_from(peer: str, said: str, found: str) -> None:
    """What anybody else writes into X-Forwarded-For is nothing; of what came through a proxy, its own hop counts."""
    seen: list[str] = []

    async def app(scope: Scope, _receive: object, _send: object) -> None:
        seen.append(neighbourhood(Request(scope)))

    served = ProxyHeadersMiddleware(app, trusted_hosts=["10.0.0.0/8"])  # type: ignore[arg-type]
    headers = [(b"x-forwarded-for", said.encode())] if said else []
    scope = {"type": "http", "scheme": "http", "client": (peer, 50000), "headers": headers}
    asyncio.run(served(scope, None, None))  # type: ignore[arg-type]
    assert seen == [found]


# ---------------------------------------------------------------- the counters


@pytest.mark.usefixtures("hour")
def test_exactly_as_many_pass_as_may_when_many_ask_at_once() -> None:
    """Counting and looking are one step: eight threads get no more through than one."""
    rates, passed = Rates(limited(reads=100)), []

    def ask() -> None:
        for _ in range(50):
            try:
                rates.count(RateClass.READ, "one")
            except TooManyRequests:
                continue
            passed.append(1)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 100


def test_who_waits_as_long_as_is_said_passes(hour: time_machine.Traveller) -> None:
    """At any moment of a minute, whatever was counted in this one and the one before."""
    rates = Rates(limited(sign_ins=7))
    for second in range(1, 300):
        hour.shift(1.3)
        try:
            rates.count(RateClass.SIGN_IN_AS, "one")
        except TooManyRequests as refused:
            if second % 5:
                continue
            hour.shift(refused.retry_after or 0)
            rates.count(RateClass.SIGN_IN_AS, "one")


def test_counters_are_forgotten_and_strangers_cannot_fill_the_memory(hour: time_machine.Traveller) -> None:
    """A hundred thousand addresses hold fewer counters than there are slots; two minutes later all are gone."""
    rates = Rates(limited(strangers=1000))
    for number in range(100_000):
        rates.count_stranger(RateClass.STRANGER, str(number))
    assert rates.kept() <= 1 << 16
    hour.shift(130)
    rates.count_stranger(RateClass.STRANGER, "one")
    assert rates.kept() == 1


def test_two_applications_count_apart_and_counting_is_cheap() -> None:
    """What one has counted the other does not know; ten thousand requests are counted in well under a second."""
    first, second = Rates(limited(reads=10_000)), Rates(limited(reads=1))
    began = time.process_time()
    for _ in range(10_000):
        first.count(RateClass.READ, "one")
    assert time.process_time() - began < 2
    second.count(RateClass.READ, "one")

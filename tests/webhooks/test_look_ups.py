"""Looking a host up: what nobody says in time is not told as a fact, and no vendor occupies the others' resolver."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from app.features.webhooks import destinations
from app.features.webhooks.destinations import MOST_LOOK_UPS, Deployment, look_up
from app.features.webhooks.errors import LookUpTimedOut, TooManyLookUps
from app.features.webhooks.names import Resolver
from app.rules.destinations import UrlPolicy
from tests.api.asking import expect_problem
from tests.deliveries import SEALER
from tests.names import PUBLIC
from tests.office import Office
from tests.webhooks.vendors import ENDPOINTS, URL

POLICY = UrlPolicy(frozenset({443}))
ONE, OTHER = uuid.uuid4(), uuid.uuid4()


def _hanging(released: asyncio.Event) -> Resolver:
    async def resolve(host: str, _port: int) -> Sequence[str]:
        if host == "hangs.example":
            await released.wait()
        return [PUBLIC]

    return resolve


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a name service for a moment only."""
    monkeypatch.setattr(destinations, "LOOK_UP_SECONDS", 0.01)


def test_a_vendor_whose_names_hang_waits_alone() -> None:
    """Its places stay taken while the resolver is at it, also after the time-out; other vendors have their own."""

    async def ask() -> None:
        released = asyncio.Event()
        by = Deployment(POLICY, SEALER, _hanging(released))
        for _ in range(MOST_LOOK_UPS):
            with pytest.raises(LookUpTimedOut):
                await look_up(by, ONE, "https://hangs.example/")
        with pytest.raises(TooManyLookUps):
            await look_up(by, ONE, URL)
        assert (await look_up(by, OTHER, URL)).addresses == (PUBLIC,)
        released.set()
        await asyncio.sleep(0.01)
        assert (await look_up(by, ONE, URL)).addresses == (PUBLIC,)
        assert not by.looking_up

    asyncio.run(ask())


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_is_not_known_in_time_is_not_told_as_a_fact(office: Office) -> None:
    """It is no fault of the address: the vendor is told to try again, and when."""
    state: Any = office.client.app.state
    state.webhooks = replace(state.webhooks, resolve=_hanging(asyncio.Event()))
    answer = office.vendor_portal.post(ENDPOINTS, {"url": "https://hangs.example/"})
    expect_problem(answer, 503, "look-up-timed-out")
    assert int(answer.headers["Retry-After"]) > 0
    assert "has no address" not in answer.text

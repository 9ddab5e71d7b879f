"""An integrator copies the document's examples: every one of them does what it says, on either database."""

import json
from collections.abc import Iterator

import pytest
import time_machine

from tests.fuzz.house import House
from tests.fuzz.stages import END, LIFE
from tests.fuzz.wire import Raw, Wire
from tests.fuzz.world import NOW

FROM_ANSWERS = {"cursor", "request_id", "principal_id"}
"""What nobody can make up: it is copied from an earlier answer."""

BODILESS = {
    "take_up_alert",
    "approve_settlement",
    "approve_payout",
    "send_test_event",
    "disable_webhook_endpoint",
    "enable_webhook_endpoint",
    "delete_webhook_endpoint",
    "resend_webhook_delivery",
    "remove_webhook_network",
    "send_test_message",
    "remove_channel",
    "revoke_portal_token",
    "acknowledge_assessment",
    "enable_user",
    "reset_user_password",
    "unlock_user",
    "end_user_sessions",
    "revoke_machine_token",
    "sign_out_person",
}
"""What is changed by naming it alone."""


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_every_parameter_and_body_has_an_example(house: House) -> None:
    """All that an integrator must fill in is shown filled in; what comes from an answer is said to."""
    for operation in house.operations:
        without = {name for name, values in operation.query.items() if not values and not operation.words[name]}
        assert without <= FROM_ANSWERS, operation.id
    assert {o.id for o in house.operations if o.method in {"POST", "PUT"}} == set(LIFE)
    bodiless = {o.id for o in house.operations if o.method in {"POST", "PUT"} and not o.bodies}
    assert bodiless == BODILESS


def test_every_example_gets_what_it_asks_for(house: House) -> None:
    """Each documented request is sent as it stands, at its stage, and answered with 2xx; a change on a fresh copy."""
    for stage, asked in house.examples():
        with house.open(stage) as app:
            wire = Wire(app)
            for operation, request in asked:
                answer = wire.send(Raw.of(request, house.token_for(operation)))
                assert 200 <= answer.status < 300, (operation.id, request.body.decode(), answer)


def test_every_example_of_a_filter_finds_something(house: House) -> None:
    """A query parameter's example narrows a list to what is there; a word of a closed list is at least taken."""
    with house.open(END) as app:
        wire = Wire(app)
        for operation in (operation for operation in house.operations if operation.method == "GET"):
            token = house.token_for(operation)
            for asked in operation.narrowed(operation.words):
                assert wire.send(Raw.of(asked, token)).status == 200, asked.target
            for asked in operation.narrowed(operation.query):
                answer = wire.send(Raw.of(asked, token))
                assert answer.status == 200, (asked.target, answer)
                if answer.headers["content-type"] == "application/json":
                    assert json.loads(answer.body).get("items", True), asked.target

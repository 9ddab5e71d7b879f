"""Sending again: one delivery, or all of a window that did not arrive; and the counts of a window."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from app import clock
from app.features.events.types import EventType
from app.features.webhooks.claiming import fan_out
from app.models.words import DeliveryStatus
from tests.api.asking import expect_problem
from tests.office import Office
from tests.webhooks.vendors import DELIVERIES, ENDPOINTS, delivered, registered, statuses, tell

DELIVERED, PENDING = DeliveryStatus.DELIVERED, DeliveryStatus.PENDING
EXHAUSTED, DROPPED = DeliveryStatus.EXHAUSTED, DeliveryStatus.DROPPED


def _ago(**span: int) -> datetime:
    return clock.now() - timedelta(**span)


def _recovered(office: Office, endpoint: dict[str, Any], since: datetime, until: datetime | None = None) -> int:
    body = {"since": since.isoformat(), "until": until.isoformat() if until else None}
    answer = office.vendor_portal.post(f"{ENDPOINTS}/{endpoint['id']}/recovery", body)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["count"])


def _early(office: Office, **more: Any) -> dict[str, Any]:
    """Register an endpoint so long ago that every window lies after it."""
    with time_machine.travel(_ago(days=30)):
        return registered(office, **more)


def test_dead_letters_redriven(office: Office) -> None:
    """What was given up, and what had arrived, is due again at once; its attempts go on counting."""
    endpoint = registered(office)
    dead, arrived, waiting = delivered(office, endpoint, [EXHAUSTED, DELIVERED, PENDING])
    for sent in (dead, arrived):
        again = office.vendor_portal.post(f"{DELIVERIES}/{sent.delivery_id}/resending").json()
        assert (again["status"], again["attempts"], again["finished_at"]) == ("pending", 1, None)
        assert datetime.fromisoformat(again["next_attempt_at"]) <= clock.now()
    for sent in (dead, waiting):
        refused = office.vendor_portal.post(f"{DELIVERIES}/{sent.delivery_id}/resending")
        expect_problem(refused, 409, "delivery-pending")
    (attempt,) = office.vendor_portal.items(f"{DELIVERIES}/{dead.delivery_id}/attempts")
    assert (attempt["number"], attempt["outcome"]) == (1, None)
    (act, _) = office.admin.items("/v1/audit-events", subject_kind="webhook_delivery")
    assert (act["action"], act["subject_id"]) == ("webhook_delivery.resent", str(dead.delivery_id))


def test_recovery_windows(office: Office) -> None:
    """Each event of the window that failed is sent once: the counts are exact, the second time there is none."""
    endpoint = _early(office)
    delivered(office, endpoint, [EXHAUSTED], at=_ago(days=13))
    delivered(office, endpoint, [EXHAUSTED, DROPPED, DELIVERED, PENDING], at=_ago(days=2))
    delivered(office, endpoint, [EXHAUSTED], at=_ago(hours=1))
    assert _recovered(office, endpoint, _ago(days=3), _ago(days=1)) == 2
    assert statuses(office, endpoint) == [EXHAUSTED, PENDING, PENDING, DELIVERED, PENDING, EXHAUSTED]
    assert _recovered(office, endpoint, _ago(days=3), _ago(days=1)) == 0
    three_weeks = {"since": _ago(days=21).isoformat(), "until": _ago(days=20).isoformat()}
    address = f"{ENDPOINTS}/{endpoint['id']}/recovery"
    refused = office.vendor_portal.post(address, three_weeks)
    expect_problem(refused, 422, "validation-error", "/since", "window-too-far-back")
    upside_down = {"since": _ago(days=1).isoformat(), "until": _ago(days=2).isoformat()}
    expect_problem(office.vendor_portal.post(address, upside_down), 422, "validation-error", "/until", "window-empty")
    assert _recovered(office, endpoint, _ago(days=14) + timedelta(minutes=1)) == 2
    assert _recovered(office, endpoint, _ago(days=14) + timedelta(minutes=1)) == 0


def test_recovery_sends_what_came_while_it_was_disabled(office: Office) -> None:
    """Of the types that it takes, since it was registered, and no test of another endpoint."""
    tell(office, EventType.ASSESSMENT_NOTIFIED, at=_ago(days=5))
    with time_machine.travel(_ago(days=4)):
        endpoint = registered(office, event_types=["assessment.notified"])
    tell(office, EventType.ASSESSMENT_NOTIFIED, EventType.APPEAL_DECIDED, EventType.WEBHOOK_TEST, at=_ago(days=1))
    assert _recovered(office, endpoint, _ago(days=10)) == 1
    assert _recovered(office, endpoint, _ago(days=10)) == 0
    assert statuses(office, endpoint) == [PENDING]
    (found,) = office.vendor_portal.items(DELIVERIES)
    assert (found["event_type"], found["attempts"]) == ("assessment.notified", 0)


def test_an_endpoint_is_sent_the_types_that_it_takes(office: Office) -> None:
    """The fan-out makes a delivery of those alone, and a recovery adds none of the others."""
    some, everything = _early(office, event_types=["appeal.decided"]), _early(office)
    tell(office, EventType.APPEAL_DECIDED, EventType.ASSESSMENT_NOTIFIED, fanned_out=False)
    # The fan-out's own: nothing is missed yet.
    assert _recovered(office, everything, _ago(days=1)) == 0
    with office.database.write() as session:
        assert fan_out(session) == 2
    taken = [item["event_type"] for item in office.vendor_portal.items(DELIVERIES, endpoint_id=some["id"])]
    assert taken == ["appeal.decided"]
    assert (statuses(office, everything), _recovered(office, some, _ago(days=1))) == ([PENDING, PENDING], 0)


def test_stats_windows(office: Office) -> None:
    """Every event of the window is counted once, and none of before or after it."""
    endpoint = _early(office)
    delivered(office, endpoint, [DELIVERED], at=_ago(days=13))
    delivered(office, endpoint, [DELIVERED, DELIVERED, PENDING, EXHAUSTED, DROPPED], at=_ago(days=2))
    tell(office, EventType.ASSESSMENT_NOTIFIED, at=_ago(days=2))
    delivered(office, registered(office, "https://second.example/"), [DELIVERED])
    address = f"{ENDPOINTS}/{endpoint['id']}/statistics"
    names = ("delivered", "pending", "exhausted", "dropped", "missed", "attempts")
    window = office.vendor_portal.get(address, since=_ago(days=3).isoformat(), until=_ago(days=1).isoformat()).json()
    assert [window[name] for name in names] == [2, 1, 1, 1, 1, 5]
    whole = office.vendor_portal.get(address).json()
    # The event of the other endpoint is one that this one takes too, and was never made a delivery of.
    assert [whole[name] for name in names] == [3, 1, 1, 1, 2, 6]
    later = office.vendor_portal.get(address, since=_ago(days=1).isoformat(), until=_ago(hours=1).isoformat()).json()
    assert [later[name] for name in names] == [0] * 6
    too_far = office.vendor_portal.get(address, since=_ago(days=21).isoformat())
    expect_problem(too_far, 400, "bad-request", "/query/since", "window-too-far-back")


def test_expired_payloads(office: Office) -> None:
    """An event is read and sent again for 90 days, and not a second longer."""
    endpoint = _early(office)
    at = clock.now()
    (sent,) = delivered(office, endpoint, [EXHAUSTED], at=at)
    event, resending = f"/v1/portal/events/{sent.event_id}", f"{DELIVERIES}/{sent.delivery_id}/resending"
    with time_machine.travel(at + timedelta(days=90, seconds=1), tick=False):
        expect_problem(office.vendor_portal.get(event), 404, "not-found")
        assert office.vendor_portal.get("/v1/portal/events").json()["items"] == []
        expect_problem(office.vendor_portal.post(resending), 409, "event-expired")
    with time_machine.travel(at + timedelta(days=90), tick=False):
        assert office.vendor_portal.get(event).status_code == 200
        assert office.vendor_portal.post(resending).status_code == 200


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_another_vendors_deliveries_are_not_there(office: Office) -> None:
    """Made-up ids and roles of the center find nothing to send again."""
    endpoint = registered(office)
    (sent,) = delivered(office, endpoint, [EXHAUSTED])
    missing = office.vendor_portal.post(f"{DELIVERIES}/{uuid.uuid4()}/resending")
    expect_problem(missing, 404, "not-found")
    refused = office.admin.post(f"{DELIVERIES}/{sent.delivery_id}/resending")
    expect_problem(refused, 403, "forbidden")

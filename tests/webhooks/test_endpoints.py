"""Endpoints: registered once their host passes, shown with how they fare, changed, disabled, enabled, deleted."""

import json
import uuid
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlmodel import SQLModel

from app import clock
from app.features.events.types import EventType
from app.features.webhooks.deliveries import MOST_TESTS
from app.features.webhooks.endpoints import MOST_ENDPOINTS, MOST_OLD_SECRETS
from app.models import WebhookSecret
from app.models.words import DeliveryStatus
from tests.api.asking import expect_problem
from tests.office import Office
from tests.webhooks.vendors import DELIVERIES, ENDPOINTS, URL, delivered, registered, statuses

OWN_SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"


def _page(id_: str) -> str:
    return f"{ENDPOINTS}/{uuid.UUID(id_)}"


def test_an_endpoint_is_unverified_until_it_answers(office: Office) -> None:
    """Registered, read, listed: with its address in one form, all types, and no secret."""
    made = office.vendor_portal.post(ENDPOINTS, {"url": "https://VENDOR.example:443", "description": "考核系统"})
    endpoint = made.json()
    assert endpoint["secret"].startswith("whsec_")
    read = office.vendor_portal.get(made.headers["location"])
    shown = read.json()
    assert (shown["url"], shown["status"], shown["verified"]) == ("https://vendor.example/", "enabled", False)
    assert (shown["event_types"], shown["failing_since"], len(shown["secrets"])) == (None, None, 1)
    assert office.vendor_portal.items(ENDPOINTS, status="enabled") == [shown]
    assert office.vendor_portal.items(ENDPOINTS, status="disabled") == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_destinations_inside_are_refused_and_no_address_is_told(office: Office) -> None:
    """A host is refused where any of its addresses lies inside; one that nobody knows is told apart."""
    for host in ("inside", "halfway", "loopback", "metadata", "mapped"):
        answer = office.vendor_portal.post(ENDPOINTS, {"url": f"https://{host}.example/kaohe"})
        expect_problem(answer, 422, "blocked-destination", "/url")
        assert not [digits for digits in ("10.20", "127.0", "169.254", "8.8.4.4") if digits in answer.text]
    unknown = office.vendor_portal.post(ENDPOINTS, {"url": "https://unknown.example/"})
    expect_problem(unknown, 422, "unresolved-destination", "/url")
    for url, code in (
        ("http://vendor.example/", "url-not-https"),
        ("https://127.0.0.1/", "url-host"),
        ("https://vendor.example:22/", "url-port"),
        ("https://user@vendor.example/", "url-malformed"),
        ("https://vendor.example/#part", "url-malformed"),
    ):
        expect_problem(office.vendor_portal.post(ENDPOINTS, {"url": url}), 422, "validation-error", "/url", code)
    assert office.vendor_portal.items(ENDPOINTS) == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_types_that_no_vendor_is_told_are_refused(office: Office) -> None:
    """A filter names types of the vendor's own stream."""
    for types, place in ((["appeal.filed"], 0), (["appeal.decided", "webhook.test"], 1)):
        answer = office.vendor_portal.post(ENDPOINTS, {"url": URL, "event_types": types})
        expect_problem(answer, 422, "validation-error", f"/event_types/{place}", "not-for-vendors")
    known = {item["type"] for item in office.vendor_portal.get("/v1/portal/event-types").json()["items"]}
    assert {"assessment.notified", "webhook.test"} < known
    assert "appeal.filed" not in known


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_endpoints_are_limited(office: Office) -> None:
    """One more than a vendor may have is refused, and a deleted one makes room."""
    made = [registered(office, f"{URL}/{number}") for number in range(MOST_ENDPOINTS)]
    expect_problem(office.vendor_portal.post(ENDPOINTS, {"url": URL}), 409, "too-many-endpoints")
    assert office.vendor_portal.post(f"{_page(made[0]['id'])}/deletion").status_code == 204
    registered(office)


def test_a_change_is_of_what_was_read(office: Office) -> None:
    """A stale change is refused; a new address is unverified again, and its host is looked at."""
    page = _page(registered(office)["id"])
    etag = office.vendor_portal.get(page).headers["etag"]
    body = {"url": "https://second.example/x", "event_types": ["appeal.decided", "appeal.decided"]}
    changed = office.vendor_portal.call("PUT", page, json=body, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (changed.json()["url"], changed.json()["event_types"]) == (body["url"], ["appeal.decided"])
    stale = office.vendor_portal.call("PUT", page, json=body, headers={"If-Match": etag})
    expect_problem(stale, 412, "precondition-failed")
    expect_problem(office.vendor_portal.put(page, {"url": "https://inside.example/"}), 422, "blocked-destination")


def test_disabling_drops_what_is_under_way_and_deletion_ends_it(office: Office) -> None:
    """Disabled and enabled by its vendor, then deleted: it is gone, its deliveries can be read and not sent again."""
    endpoint = registered(office)
    page = _page(endpoint["id"])
    delivered(office, endpoint, [DeliveryStatus.DELIVERED, DeliveryStatus.PENDING])
    disabled = office.vendor_portal.post(f"{page}/disabling").json()
    assert (disabled["status"], disabled["disabled_because"]) == ("disabled", "by_vendor")
    assert statuses(office, endpoint) == [DeliveryStatus.DELIVERED, DeliveryStatus.DROPPED]
    expect_problem(office.vendor_portal.post(f"{page}/disabling"), 409, "endpoint-disabled")
    expect_problem(office.vendor_portal.post(f"{page}/test-event"), 409, "endpoint-disabled")
    enabled = office.vendor_portal.post(f"{page}/enabling").json()
    assert (enabled["status"], enabled["disabled_because"], enabled["disabled_at"]) == ("enabled", None, None)
    expect_problem(office.vendor_portal.post(f"{page}/enabling"), 409, "endpoint-enabled")
    delivered(office, endpoint, [DeliveryStatus.PENDING])
    assert office.vendor_portal.post(f"{page}/deletion").status_code == 204
    assert statuses(office, endpoint)[-1] is DeliveryStatus.DROPPED
    expect_problem(office.vendor_portal.get(page), 404, "not-found")
    expect_problem(office.vendor_portal.post(f"{page}/deletion"), 404, "not-found")
    assert office.vendor_portal.items(ENDPOINTS) == []
    newest, *_ = office.vendor_portal.items(DELIVERIES, endpoint_id=endpoint["id"])
    expect_problem(office.vendor_portal.post(f"{DELIVERIES}/{newest['id']}/resending"), 409, "endpoint-deleted")
    with office.database.read() as session:
        assert session.scalars(select(WebhookSecret)).all() == []


def test_rotation_keeps_at_most_five_old_secrets(office: Office) -> None:
    """Each signs on for its grace; a sixth old one is refused, and a grace of nothing ends them all."""
    page = _page(registered(office)["id"])
    rotation = f"{page}/secret-rotation"
    for _ in range(MOST_OLD_SECRETS):
        assert office.vendor_portal.post(rotation, {"grace_hours": 168}).json()["secret"].startswith("whsec_")
    secrets = office.vendor_portal.get(page).json()["secrets"]
    assert (len(secrets), [secret["expires_at"] is None for secret in secrets[:2]]) == (6, [True, False])
    expect_problem(office.vendor_portal.post(rotation, {}), 409, "too-many-secrets")
    assert office.vendor_portal.post(rotation, {"grace_hours": 0, "secret": OWN_SECRET}).json()["secret"] is None
    assert len(office.vendor_portal.get(page).json()["secrets"]) == 1
    assert office.vendor_portal.post(rotation, {}).status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=1)):
        assert len(office.vendor_portal.get(page).json()["secrets"]) == 1


@pytest.mark.parametrize("secret", ["whsec_c2hvcnQ=", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", "whsec_****", "whsec_键"])
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_secret_that_cannot_sign_is_refused_without_being_repeated(office: Office, secret: str) -> None:
    """Too short, without its prefix, or no base64."""
    answer = office.vendor_portal.post(ENDPOINTS, {"url": URL, "secret": secret})
    expect_problem(answer, 422, "validation-error", "/secret", "wrong-secret")
    assert secret not in answer.text


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_is_wrong_is_told_once(office: Office) -> None:
    """The body is read for the look-up and again for the change; its faults are told once."""
    page = _page(registered(office)["id"])
    new = office.vendor_portal.post(ENDPOINTS, {"url": URL, "secret": 5})
    changed = office.vendor_portal.put(page, {"url": URL, "description": 5})
    for answer, pointer in ((new, "/secret"), (changed, "/description")):
        expect_problem(answer, 422, "validation-error", pointer)
        assert len(answer.json()["errors"]) == 1
        assert "errors in all" not in answer.json()["detail"]


def test_secrets_never_in_answers_or_audit(office: Office) -> None:
    """A secret stands in the answer that made it and nowhere else: not in a retry's, the audit or any table."""
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = office.vendor_portal.call("POST", ENDPOINTS, json={"url": URL}, headers=key).json()
    again = office.vendor_portal.call("POST", ENDPOINTS, json={"url": URL}, headers=key)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == {"id": first["id"], "secret": None}
    own = registered(office, secret=OWN_SECRET)
    assert own["secret"] is None
    page = _page(first["id"])
    rotated = office.vendor_portal.post(f"{page}/secret-rotation", {}).json()["secret"]
    secrets = (first["secret"], rotated, OWN_SECRET)
    told = [office.vendor_portal.get(path).text for path in (ENDPOINTS, page)]
    told.append(json.dumps(office.admin.items("/v1/audit-events")))
    with office.database.read() as session:
        for name in ("audit_events", "idempotency_keys", "webhook_secrets"):
            rows = session.execute(select(SQLModel.metadata.tables[name])).mappings()
            told += [str(dict(row)) for row in rows]
    assert [text for text in told for secret in secrets if secret.removeprefix("whsec_") in text] == []


def test_every_change_is_an_act(office: Office) -> None:
    """The audit names each, by whom, in the chain of the vendor's service center."""
    page = _page(registered(office)["id"])
    office.vendor_portal.put(page, {"url": URL})
    for act in ("secret-rotation", "test-event", "disabling", "enabling", "deletion"):
        assert office.vendor_portal.post(f"{page}/{act}", {} if act == "secret-rotation" else None).status_code < 300
    acts = office.admin.items("/v1/audit-events", subject_kind="webhook_endpoint")
    assert [act["action"].split(".")[1] for act in acts] == [
        *("registered", "changed", "secret_rotated", "tested", "disabled", "enabled", "deleted")
    ]
    assert {act["actor"] for act in acts} == {"vendor-XA"}
    assert [change["table"] for change in acts[0]["changes"]] == ["webhook_endpoints", "webhook_secrets"]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_so_many_test_events_are_under_way_at_a_time(office: Office) -> None:
    """One too many is refused; other endpoints have their own, and what is under way otherwise does not count."""
    endpoint, other = registered(office), registered(office)
    delivered(office, endpoint, [DeliveryStatus.PENDING] * 2)
    test = f"{_page(endpoint['id'])}/test-event"
    assert {office.vendor_portal.post(test).status_code for _ in range(MOST_TESTS)} == {201}
    expect_problem(office.vendor_portal.post(test), 409, "too-many-tests")
    assert office.vendor_portal.post(f"{_page(other['id'])}/test-event").status_code == 201
    office.vendor_portal.post(f"{_page(endpoint['id'])}/disabling")
    office.vendor_portal.post(f"{_page(endpoint['id'])}/enabling")
    assert office.vendor_portal.post(test).status_code == 201


def test_a_test_event_goes_to_its_endpoint_alone(office: Office) -> None:
    """It is made directly, whatever types the endpoint takes, and the other endpoint knows nothing of it."""
    endpoint, other = registered(office, event_types=["appeal.decided"]), registered(office)
    sent = [office.vendor_portal.post(f"{_page(endpoint['id'])}/test-event").json() for _ in range(2)]
    assert len({one["event_id"] for one in sent}) == 2
    found = office.vendor_portal.get(f"{DELIVERIES}/{sent[0]['delivery_id']}").json()
    assert (found["event_type"], found["status"], found["attempts"]) == (EventType.WEBHOOK_TEST, "pending", 0)
    event = office.vendor_portal.get(f"/v1/portal/events/{sent[0]['event_id']}").json()
    assert event["data"]["url"] == _page(endpoint["id"])
    assert office.vendor_portal.items(DELIVERIES, endpoint_id=other["id"]) == []

"""The alert about an endpoint that was disabled: raised at night, settled at once, dated by what happened."""

import uuid
from datetime import date

import pytest
import time_machine
from sqlalchemy import update
from sqlmodel import col

from app import clock, nightly
from app.models import WebhookEndpoint
from app.models.words import AlertKind, AskedBy, DisabledBecause, EndpointStatus
from tests.office import Office
from tests.webhooks.vendors import ENDPOINTS, registered

JOB = "flag_disabled_endpoints"


def _give_up(office: Office, id_: str, because: DisabledBecause) -> None:
    """Disable an endpoint as the deliverer does."""
    values = {"status": EndpointStatus.DISABLED, "disabled_because": because, "disabled_at": clock.now()}
    with office.database.write() as session:
        session.execute(update(WebhookEndpoint).where(col(WebhookEndpoint.id) == uuid.UUID(id_)).values(**values))


def _night(office: Office, day: str) -> int:
    return nightly.run(office.database, JOB, date.fromisoformat(day), AskedBy.COMMAND).written


def test_a_disabled_endpoint_alarms_its_center_until_it_is_enabled(office: Office) -> None:
    """Since the day it was disabled, until the day it was enabled; a second night writes nothing."""
    with time_machine.travel("2023-05-10T02:00:00Z"):
        endpoint, other = registered(office), registered(office, "https://second.example/")
        _give_up(office, endpoint["id"], DisabledBecause.FAILING)
        office.vendor_portal.post(f"{ENDPOINTS}/{other['id']}/disabling")
        assert [_night(office, "2023-05-10"), _night(office, "2023-05-10")] == [1, 0]
        (alert,) = office.supervisor.items("/v1/alerts", kind=AlertKind.ENDPOINT_DISABLED)
    assert (alert["since"], alert["status"], alert["contract_id"]) == ("2023-05-10", "open", None)
    assert alert["service_center_id"] == str(office.center)
    assert (alert["facts"]["host"], alert["facts"]["because"]) == ("vendor.example", "failing")
    assert "vendor.example" in alert["text"]["zh"]
    with time_machine.travel("2023-05-12T02:00:00Z"):
        assert _night(office, "2023-05-12") == 0
        assert office.vendor_portal.post(f"{ENDPOINTS}/{endpoint['id']}/enabling").status_code == 200
        (alert,) = office.supervisor.items("/v1/alerts")
        assert (alert["status"], alert["until"], alert["facts"]["enabled_on"]) == ("resolved", *["2023-05-12"] * 2)
        assert "2023-05-12" in alert["text"]["en"]
        assert [_night(office, day) for day in ("2023-05-11", "2023-05-12", "2023-05-13")] == [0, 0, 0]
        past = office.supervisor.items("/v1/alerts", as_of="2023-05-11")
        assert [(alert["status"], alert["facts"].get("enabled_on")) for alert in past] == [("open", None)]
        assert office.supervisor.items("/v1/alerts", as_of="2023-05-09") == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_each_time_that_it_is_disabled_is_an_alert_of_its_own(office: Office) -> None:
    """A resolved one stays as it was; deletion settles the second."""
    with time_machine.travel("2023-05-10T02:00:00Z"):
        endpoint = registered(office)
        _give_up(office, endpoint["id"], DisabledBecause.GONE)
        _night(office, "2023-05-10")
        office.vendor_portal.post(f"{ENDPOINTS}/{endpoint['id']}/enabling")
    with time_machine.travel("2023-06-01T02:00:00Z"):
        _give_up(office, endpoint["id"], DisabledBecause.FAILING)
        _night(office, "2023-06-01")
        office.vendor_portal.post(f"{ENDPOINTS}/{endpoint['id']}/deletion")
        _night(office, "2023-06-02")
    found = office.supervisor.items("/v1/alerts")
    assert [(alert["since"], alert["until"]) for alert in found] == [
        ("2023-05-10", "2023-05-10"),
        ("2023-06-01", "2023-06-01"),
    ]
    assert found[1]["facts"]["deleted_on"] == "2023-06-01"

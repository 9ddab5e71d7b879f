"""What `/metrics` shows, to whom, and that no caller can make it grow."""

import uuid
from pathlib import Path

import pytest
import time_machine

from app.database import Database
from app.features.access import service as access
from app.features.access.scopes import METRICS_READ
from app.features.audit.actor import OPERATOR
from app.models.words import Role
from app.settings import Settings
from tests.client import Client
from tests.lending import client_of
from tests.nights import run_nights
from tests.office import Office, Person


def watcher(database: Database, client: Client) -> Person:
    """Give the system that watches the service, which sees no service center."""
    with database.write() as session:
        access.create_principal(session, OPERATOR, "prometheus", Role.INTEGRATION, ())
        return Person(client, access.issue_token(session, OPERATOR, "prometheus", scopes=[METRICS_READ]))


def samples(text: str) -> dict[str, float]:
    """Read the exposition: the value of each series."""
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_requests_are_counted_by_route_and_by_nothing_that_a_caller_sends(database: Database, client: Client) -> None:
    """Unknown paths and methods are one label; ids stand as the names of their parameters."""
    prometheus = watcher(database, client)
    for number in range(20):
        client.get(f"/nowhere/{number}")
        client.request(f"X{number}", "/livez")
        prometheus.get(f"/v1/contracts/{uuid.uuid4()}")
    client.get("/assets/swagger-ui.css")
    text = prometheus.get("/metrics").text
    shown = samples(text)
    requests = {name: value for name, value in shown.items() if name.startswith("kaohe_requests_total")}
    expected = {
        ("GET", "other", "4xx"): 20,
        ("other", "/livez", "4xx"): 20,
        ("GET", "/v1/contracts/{contract_id}", "4xx"): 20,
    }
    for (method, route, status), count in expected.items():
        assert requests[f'kaohe_requests_total{{method="{method}",route="{route}",status="{status}"}}'] == count
    assert len(requests) <= len(expected) + 1
    assert shown['kaohe_request_seconds_count{method="GET",route="/v1/contracts/{contract_id}"}'] == 20
    assert "nowhere" not in text
    assert "process_resident_memory_bytes" in text


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_only_the_scope_opens_it(office: Office, database: Database, client: Client) -> None:
    """Without a token 401; no role passes, not even over the deployment's own address."""
    prometheus = watcher(database, client)
    assert client.get("/metrics").status_code == 401
    closed = {role: person.get("/metrics").status_code for role, person in office.people.items()}
    # The office's other system carries every scope.
    assert closed == dict.fromkeys(Role, 403) | {Role.INTEGRATION: 200}
    assert prometheus.get("/metrics").headers["content-type"].startswith("text/plain")
    assert "/metrics" not in client.get("/openapi.json").json()["paths"]


def test_nights_and_outbox_are_told(office: Office, database: Database, client: Client) -> None:
    """Ages are told as of now; before the first night there is no age."""
    prometheus = watcher(database, client)
    before = samples(prometheus.get("/metrics").text)
    assert before["kaohe_outbox_age_seconds"] == 0
    assert str(before["kaohe_last_night_age_days"]) == "nan"
    contract = office.contract()
    with time_machine.travel("2023-02-06T04:00:00Z"):
        office.assess(contract, "2023-01", "88.00", "2023-02-06")
        office.finalize(contract, "2023-01", "2023-02-06")
        office.notify(contract, "2023-01", "2023-02-06")
        run_nights(database, "2023-02-03")
    with time_machine.travel("2023-02-06T04:05:00Z"):
        after = samples(prometheus.get("/metrics").text)
    assert 290 <= after["kaohe_outbox_age_seconds"] <= 310
    assert after["kaohe_last_night_age_days"] == 3
    assert after['kaohe_database_connections{state="in_use"}'] >= 0


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_each_application_counts_for_itself(database: Database, tmp_path: Path) -> None:
    """A second one in the same process begins at nothing."""
    for _ in range(2):
        with client_of(Settings(var_dir=tmp_path), database) as client:
            client.get("/livez")
            registry = client.app.state.meter.registry
            labels = {"method": "GET", "route": "/livez", "status": "2xx"}
            assert registry.get_sample_value("kaohe_requests_total", labels) == 1

"""The API guide's routes are the served ones, with their query parameters and the roles that get in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app.database import Database
from app.models.words import DeliveryStatus, Role
from tests.client import Client
from tests.docs.exchanges import ROOT, talk
from tests.office import TERMS, Office, Person
from tests.payouts import HOLDBACK
from tests.settled import Sums, paid_out, settled
from tests.webhooks.vendors import delivered, registered

GUIDE = "docs/api.md"
PAGING = {"limit", "cursor"}
METHODS = {"get", "post", "put", "patch", "delete"}
_ROW = re.compile(r"^\| ([A-Z]+) \| `(/\S*)` \| ([^|]+) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """A row of the guide's table of routes."""

    method: str
    path: str
    who: str
    what: str
    query: frozenset[str]

    @property
    def roles(self) -> set[str]:
        """Read who may come in; `anybody` needs no token and is not asked here."""
        return {role.value for role in Role} if self.who == "everybody" else set(self.who.split(", "))


def _rows() -> Iterator[Row]:
    for method, path, who, what, query in _ROW.findall((ROOT / GUIDE).read_text("utf-8")):
        yield Row(method, path, who, what, frozenset(re.findall(r"`(\w+)`", query)))


def test_table_names_every_route_with_its_query(client: Client) -> None:
    """Method, path and parameters are compared with the served document; a list is what can be paged."""
    document = client.get("/openapi.json").json()
    served = {
        (method.upper(), path): {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }
    printed = {
        (row.method, row.path): row.query | (PAGING if row.what.startswith("list") else set()) for row in _rows()
    }
    assert printed == served


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_table_names_who_gets_in(office: Office, database: Database) -> None:
    """Every role knocks at every route of its own contract; whom the table does not name gets 403."""
    contract = office.contract(terms=TERMS | {"money": [HOLDBACK]})
    finding = office.finding(contract, "2023-01-10")
    office.supervisor.post("/v1/job-runs", {"job": "flag_late_notices", "as_of": "2023-02-16"}).raise_for_status()
    (alert,) = office.supervisor.items("/v1/alerts")
    settlement = settled(database, contract, "2023-01", Sums(fee=110, held=10), "2023-02-10")
    paid = {"settlement_id": settlement, "amount": "1.00", "paid_on": "2023-02-11", "voucher_no": "记-1"}
    own = {
        "service_center_id": str(office.center),
        "contract_id": alert["contract_id"],
        "finding_id": finding.rsplit("/", 1)[1],
        "alert_id": alert["id"],
        "settlement_id": settlement,
        "payout_id": (payout := paid_out(database, contract, 5, 0, "2023-02-11")),
        "trial_id": _trial(office),
        "signal_id": _signal(office),
        "assessment_id": office.supervisor.items(f"{contract}/assessments")[0]["id"],
        "due_date_id": office.supervisor.items(f"{contract}/due-dates")[0]["id"],
        "token_id": _spare_token(office),
        "payment_id": office.finance.post(f"{contract}/payments", paid).json()["id"],
        "evidence_id": _evidence(office),
        "period": "2023-01",
        "year": "2023",
        **_appeal(office),
        "objection_id": _objection(office, payout),
        "template_id": "monthly-score-bands",
        "evaluation_template_id": "national",
        "evaluation_id": _evaluation(office),
        **_webhooks(office),
        **_newcomers(office),
        "channel_id": _channel(office),
    }
    rows = [row for row in _rows() if row.who != "anybody"]
    # What the vendor has deleted, nobody else is refused.
    last_the_vendor = sorted(office.people, key=lambda role: role is Role.VENDOR)
    let_in = {
        (row.method, row.path): {role.value for role in last_the_vendor if _gets_in(office.people[role], row, own)}
        for row in rows
    }
    assert let_in == {(row.method, row.path): row.roles for row in rows}


def _evaluation(office: Office) -> str:
    table = {"project": "项目", "indicators": [{"name": "产出指标", "weight": "100", "score": "90"}]}
    body = {"service_center_id": str(office.center), "year": 2023, "title": "项目", "template": "national"}
    return str(office.supervisor.post("/v1/evaluations", body | {"document": table}).json()["id"])


def _objection(office: Office, payout: str) -> str:
    objected = {"grounds": "金额有误"}
    return str(office.vendor_portal.post(f"/v1/portal/payouts/{payout}/objection", objected).json()["id"])


def _channel(office: Office) -> str:
    """Give the administrator a channel; nobody else has it, but whoever may have channels is not refused for that."""
    wecom = {"kind": "wecom", "name": "考核科", "key": "01234567-89ab-cdef-0123-456789abcdef"}
    return str(office.admin.post("/v1/me/channels", wecom).json()["id"])


def _spare_token(office: Office) -> str:
    """Give the vendor a second token, since the one that is revoked opens nothing any more."""
    issued = office.vendor_portal.post("/v1/portal/tokens", {"name": "备用", "expires_in_days": 1})
    return str(issued.json()["id"])


def _webhooks(office: Office) -> dict[str, str]:
    endpoint = registered(office)
    (sent,) = delivered(office, endpoint, [DeliveryStatus.DELIVERED])
    network = {"cidr": "10.20.30.0/24", "reason": "政务外网"}
    allowed = office.admin.post(f"/v1/vendors/{office.vendor}/webhook-networks", network)
    return {
        "vendor_id": str(office.vendor),
        "endpoint_id": endpoint["id"],
        "event_id": str(sent.event_id),
        "delivery_id": str(sent.delivery_id),
        "network_id": allowed.json()["id"],
    }


def _newcomers(office: Office) -> dict[str, str]:
    """Make a person and a machine with a token, for which nobody else is."""
    own = {"role": "vendor", "vendor_id": str(office.vendor), "service_centers": [str(office.center)]}
    person = {"name": "newcomer", "display_name": "新同事", "language": "zh", **own}
    machine = {"principal": "newcomer-machine", "expires_in_days": 1, "reason": "新接口", **own}
    return {
        "user_id": office.admin.post("/v1/users", person).json()["id"],
        "machine_token_id": office.admin.post("/v1/tokens", machine).json()["id"],
    }


def _appeal(office: Office) -> dict[str, str]:
    contract = office.contract("XA-ANSWERED")
    office.assess(contract, "2023-01", "88.00", "2023-02-06")
    office.finalize(contract, "2023-01", "2023-02-06")
    office.notify(contract, "2023-01", "2023-02-07")
    month = office.supervisor.get(f"{contract}/assessments/2023-01").json()["id"]
    lines = {"lines": [{"about": "score", "grounds": "当日停电", "asked": "恢复扣分"}]}
    appeal = office.vendor_portal.post(f"/v1/portal/assessments/{month}/appeals", lines)
    return {"assessment_id": month, "appeal_id": appeal.json()["id"]}


def _trial(office: Office) -> str:
    asked = office.supervisor.post(f"/v1/service-centers/{office.center}/trials", {"changes": []})
    return str(asked.json()["id"])


def _evidence(office: Office) -> str:
    said = {"name": "a.txt", "size": 1, "sha256": "0a" * 32}
    return str(office.vendor_portal.post("/v1/portal/evidence", said).json()["id"])


def _signal(office: Office) -> str:
    body = {"source": "12345", "external_ref": "T-1", "occurred_at": "2023-01-11T10:05:00+08:00"}
    return str(office.people[Role.INTEGRATION].post("/v1/signals", body).json()["id"])


def _gets_in(person: Person, row: Row, own: dict[str, str]) -> bool:
    sent: dict[str, Any] = {"json": {}} if row.method in ("POST", "PUT") else {}
    return person.call(row.method, row.path.format(**own), **sent).status_code != 403


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_exchanges_of_the_guide_answer_as_printed(demo_supervisor: Person) -> None:
    """The conventions' examples are real."""
    assert talk(GUIDE, demo_supervisor) > 3

"""What a vendor has at a service center, and how it came to that: contracts, money, files, messages and answers."""

import hashlib
import json
import re
import uuid
from dataclasses import dataclass, replace
from datetime import date

from httpx2 import Response
from pydantic import SecretStr
from sqlmodel import col, select

from app.features.access import service as access
from app.features.access import tokens
from app.features.access.caller import Caller
from app.features.assessments import months
from app.features.assessments import service as assessments
from app.features.assessments.appeal_filing import NewLine, file_appeal
from app.features.assessments.rectifications import submit
from app.features.assessments.results import Result
from app.features.audit.actor import OPERATOR
from app.features.audit.service import recording
from app.features.evidence import handing_in
from app.features.evidence.handing_in import NewFile
from app.features.evidence.service import attach, uses_of
from app.features.evidence.storage import Received, Shelf
from app.features.webhooks import deliveries, endpoints
from app.features.webhooks.claiming import drop
from app.features.webhooks.destinations import LookedUp, deployment
from app.features.webhooks.endpoints import Settled
from app.models import Token, WebhookDelivery
from app.models.words import AppealAbout, Role
from app.rules.consecutive import MonthState
from app.rules.destinations import Destination
from app.rules.periods import Period
from app.settings import Settings
from tests.api.access.expected import BESIDE_IDS
from tests.api.access.sent import ACCEPTED, AGREED, EVALUATION, MACHINE, PERSON, REPORT, SENT
from tests.api.asking import filled, last_part
from tests.client import Client
from tests.office import Office, Person
from tests.payouts import payout
from tests.settled import paid_out


@dataclass(frozen=True)
class Holding:
    """What one vendor has at one service center, by the names that paths and bodies use."""

    ids: dict[str, str]

    def path(self, path: str, **others: str) -> str:
        """Fill a path with these ids, some of them replaced by others'."""
        known = {f"{name}_id": id_ for name, id_ in self.ids.items()} | BESIDE_IDS | others
        return re.sub(r"{(\w+)}", lambda found: known[found[1]], path)


CONTRACTS = ("contract", "new_contract", "settled_contract", "answered_contract")
NOWHERE_IDS = (
    *("service_center", "vendor", "contract", "new_contract", "settled_contract", "finding", "alert"),
    *("settlement", "settled", "payment", "payout", "release", "trial", "evidence", "objection"),
    *("assessment", "told_finding", "due_date", "paid_out", "token"),
    *("signal", "other_signal", "third_signal"),
    *("endpoint", "delivery", "event", "network", "yesterday"),
    *("appeal", "answered_contract", "notified_finding", "submitted_finding"),
    *("user", "principal", "machine_token", "channel"),
    "evaluation",
)
NOWHERE_ID = str(uuid.UUID(int=7))
NOWHERE = Holding(dict.fromkeys(NOWHERE_IDS, NOWHERE_ID))
"""Ids that nothing has."""


def evaluated(at: Office, title: str) -> dict[str, str]:
    """Have the center's year evaluated."""
    body = EVALUATION | {"title": title, "service_center_id": str(at.center)}
    return {"evaluation": made(at.supervisor.post("/v1/evaluations", body))}


def answers(at: Office, contract: str, vendor: uuid.UUID) -> dict[str, str]:
    """Have a month notified by the clerk, two of its findings appealed against or rectified, and give what is open."""
    clerk, id_, period = replace(at.clerk, centers=(at.center,)), uuid.UUID(last_part(contract)), Period(2022, 11)
    owed, submitted = (uuid.UUID(last_part(at.finding(contract, day))) for day in ("2022-11-08", "2022-11-09"))
    with at.database.write() as session:
        assessments.record(session, clerk, id_, period, Result(MonthState.ASSESSED, assessed_on=date(2022, 12, 5)))
        assessments.finalize(session, clerk, id_, period, date(2022, 12, 5))
        assessments.notify(session, clerk, id_, period, date(2022, 12, 6))
        month = months.hold(session, clerk, id_, period).id
        line = NewLine(about=AppealAbout.FINDING, finding_id=owed, grounds="当日停电", asked="撤销")
        appeal = file_appeal(session, clerk, vendor, month, [line])
        submit(session, clerk, vendor, submitted, "已整改")
    ids = {"assessment": month, "appeal": appeal, "notified_finding": owed, "submitted_finding": submitted}
    return {"answered_contract": str(id_), **{name: str(found) for name, found in ids.items()}}


def newcomers(at: Office, number: str) -> dict[str, str]:
    """Make a person and a machine with a token."""
    own = {"service_center": str(at.center)}
    person = filled({"name": f"person-{number.lower()}", **PERSON}, own)
    machine = filled({"principal": f"machine-{number}", **MACHINE}, own)
    user = made(at.admin.post("/v1/users", person))
    return {
        "user": user,
        "principal": user,
        "machine_token": made(at.admin.post("/v1/tokens", machine)),
    }


def made(answer: Response) -> str:
    assert answer.status_code < 300, answer.text
    return str(answer.json()["id"])


def evidence(at: Office, vendor: uuid.UUID, subject: uuid.UUID) -> str:
    """Have a vendor hand in a file, and something refer to it, so that its center may see it."""
    content = json.dumps(SENT, separators=(",", ":")).encode()
    sha256, shelf = hashlib.sha256(content).hexdigest(), shelf_of(at.client)
    with at.database.write() as session:
        said = NewFile(name="a.txt", size=len(content), sha256=sha256)
        id_ = handing_in.declare(session, OPERATOR, vendor, said, shelf).id
    received = Received(shelf.incoming(), len(content), sha256)
    received.path.write_bytes(content)
    handing_in.fill(at.database, OPERATOR, vendor, id_, received, shelf)
    with at.database.write() as session, recording(session, OPERATOR, at.center, "used", subject, uses_of(subject)):
        attach(session, vendor, [id_], "rectification", subject)
    return str(id_)


def shelf_of(client: Client) -> Shelf:
    """Give the folder of files that a client's application uses."""
    shelf: Shelf = client.app.state.evidence
    return shelf


def webhooks(at: Office, vendor: uuid.UUID) -> dict[str, str]:
    """Have the vendor's system receive a test, which was given up, in a network that it was allowed."""
    network = {"cidr": "10.20.30.0/24", "reason": "政务外网"}
    allowed = made(at.admin.post(f"/v1/vendors/{vendor}/webhook-networks", network))
    with at.database.write() as session:
        who = Caller(at.clerk.principal_id, at.clerk.name, Role.VENDOR, (), vendor)
        found = LookedUp(Destination("https", "vendor.example", 443, "/"), ("8.8.4.4",))
        wanted = Settled(url=found.destination.url)
        by = deployment(Settings(secret_key=SecretStr("town")))
        endpoint = endpoints.register(session, who, vendor, wanted, found, by).id
        sent = deliveries.send_test(session, who, vendor, endpoint)
        drop(session, col(WebhookDelivery.endpoint_id) == endpoint)
    return {
        "network": allowed,
        "endpoint": str(endpoint),
        "event": str(sent.event_id),
        "delivery": str(sent.delivery_id),
    }


def payouts(at: Office, contract: str) -> dict[str, str]:
    """Open books that hold something, record a reading and draft a release."""
    balance = {"as_of": "2023-01-31", "held": "469380.86", "source": "交接表"}
    opening = made(at.supervisor.post(f"{contract}/opening-balance", balance))
    made(at.finance2.post(f"{contract}/settlements/{opening}/approval"))
    found = payout(at, contract)["id"]
    reading = made(at.supervisor.post(f"{contract}/payouts/{found}/reading", AGREED))
    return {
        "payout": reading,
        "release": made(at.supervisor.post(f"{contract}/releases", ACCEPTED | {"release": "part"})),
    }


def settlements(at: Office, contract: str) -> dict[str, str]:
    """Settle October and pay a part of it, draft November's settlement, leave December to be drafted."""
    for period, next_month in (("2022-10", "2022-11"), ("2022-11", "2022-12"), ("2022-12", "2023-01")):
        at.assess(contract, period, "95.00", f"{next_month}-03")
        at.finalize(contract, period, f"{next_month}-04")
        at.notify(contract, period, f"{next_month}-05", "考核〔2022〕1号")
    drafts = f"{contract}/settlements"
    settled = made(at.supervisor.post(drafts, {"payment_period": "2022-10"}))
    made(at.finance2.post(f"{drafts}/{settled}/approval"))
    paid = {"settlement_id": settled, "amount": "1.00", "paid_on": "2023-02-13", "voucher_no": "记-1"}
    payment = made(at.finance2.post(f"{contract}/payments", paid))
    draft = made(at.supervisor.post(drafts, {"payment_period": "2022-11"}))
    return {"settled_contract": last_part(contract), "settlement": draft, "settled": settled, "payment": payment}


def seen_by_the_vendor(at: Office, contract: str, vendor: uuid.UUID, number: str) -> dict[str, str]:
    """Pay something out, and name what the vendor may read of its settled contract and a token of its own."""
    paid = paid_out(at.database, contract, 100, 0, "2023-02-13")
    with at.database.write() as session:
        access.create_principal(session, OPERATOR, f"company-{number}", Role.VENDOR, [at.center], vendor)
        secret = access.issue_token(session, OPERATOR, f"company-{number}")
        token = session.exec(select(Token.id).where(Token.token_hash == tokens.hashed(secret))).one()
    company = Person(at.client, secret)
    month, *_ = company.items("/v1/portal/assessments", period="2022-10")
    due, *_ = company.items("/v1/portal/due-dates", kind="payment")
    return {"paid_out": paid, "token": str(token), "assessment": month["id"], "due_date": due["id"]}


def done_by_the_vendor(at: Office, ids: dict[str, str], number: str) -> dict[str, str]:
    """Hand January's report in, and object to a line of what is approved."""
    with at.database.write() as session:
        company = Person(at.client, access.issue_token(session, OPERATOR, f"company-{number}"))
    report = company.put(f"/v1/portal/contracts/{ids['contract']}/monthly-reports/2023-01", REPORT)
    assert report.status_code == 200, report.text
    objection = {"line": 1, "grounds": "费用有误"}
    return {"objection": made(company.post(f"/v1/portal/settlements/{ids['settled']}/objection", objection))}

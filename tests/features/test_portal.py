"""What a vendor reads of its own: everything that was notified or approved, and nothing else of anybody."""

import inspect
import re
import uuid
from collections.abc import Iterator
from fractions import Fraction
from importlib import import_module
from typing import Any

import pytest
import time_machine
from sqlalchemy import Connection, event, update
from sqlmodel import SQLModel, col

from app.database import Database
from app.features.access import service as access
from app.features.audit.actor import OPERATOR
from app.features.audit.record import rows_of
from app.features.parties import service as parties
from app.models import Token
from app.models.words import Role
from tests.api.asking import expect_problem, last_part
from tests.office import TERMS, Office, Person
from tests.payouts import HOLDBACK
from tests.settled import paid_out

MARK = "内部备注-XYZZY"
INTERNAL = ("note", "closing_note", "withdrawn_reason", "voided_reason", "external_ref")
"""Columns of any table in which a center writes for itself."""
LIMIT = {"unit": "calendar_days", "length": 10, "roll": "none"}
PAPER = TERMS | {
    "rubric": {
        "full_mark": "100.00",
        "normalise": False,
        "criteria": [
            {"code": "presence", "name": "在岗", "kind": "award", "weight": "60.00"},
            {"code": "manners", "name": "服务", "kind": "award", "weight": "40.00"},
        ],
    },
    "payment": {"schedule": "monthly", "due": {"after": "settlement_approved", **LIMIT}},
    "money": [HOLDBACK | {"base": "month_fee"}],
}
POINTS = [{"criterion": "manners", "points": "38.00"}, {"criterion": "presence", "points": "50.00"}]
MODULES = ("access", "assessments", "contracts", "settlements")


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel("2023-05-10T04:00:00Z", tick=False):
        yield


class Served:
    """A contract in mid-year: January notified, settled and paid in part, February final, March drafted."""

    def __init__(self, office: Office, number: str, vendor: str) -> None:
        """Record all of it; `hidden` are the ids of what no vendor may see yet."""
        self.office, supervisor = office, office.supervisor
        money = {"years": [{"year": 2023, "amount": "1200.00"}], "terms": PAPER}
        self.path = office.contract(number, vendor_id=vendor, **money)
        self.id = last_part(self.path)
        self.finding = last_part(office.finding(self.path, "2023-01-10", description="窗口无人"))
        mistaken = office.finding(self.path, "2023-01-12", description=MARK)
        said = {"withdrawn_on": "2023-01-13", "reason": MARK}
        supervisor.post(f"{mistaken}/withdrawal", said).raise_for_status()
        others = [office.finding(self.path, f"2023-0{month}-10", description=MARK) for month in (2, 3)]
        for period, day in (("2023-01", "2023-02-01"), ("2023-02", "2023-03-01"), ("2023-03", "2023-04-03")):
            body = {"state": "assessed", "criteria": POINTS, "note": MARK, "assessed_on": day}
            supervisor.put(f"{self.path}/assessments/{period}", body).raise_for_status()
        for period, day in (("2023-01", "2023-02-02"), ("2023-02", "2023-03-02")):
            office.finalize(self.path, period, day)
        office.notify(self.path, "2023-01", "2023-02-03", "考核〔2023〕1号")
        self.settlement, draft = (self._drafted(period) for period in ("2023-01", "2023-02"))
        with time_machine.travel("2023-05-08T04:00:00Z", tick=False):
            office.finance.post(f"{self.path}/settlements/{self.settlement}/approval").raise_for_status()
        paid = {"settlement_id": self.settlement, "amount": "50.00", "paid_on": "2023-05-09", "voucher_no": "记-1"}
        office.finance.post(f"{self.path}/payments", paid).raise_for_status()
        self.payout = paid_out(office.database, self.path, 500, 100, "2023-05-10")
        months = supervisor.items(f"{self.path}/assessments")
        self.month = next(month["id"] for month in months if month["period"] == "2023-01")
        self.hidden = {last_part(path) for path in (mistaken, *others)} | {draft}
        self.hidden |= {month["id"] for month in months} - {self.month}

    def _drafted(self, period: str) -> str:
        drafted = self.office.supervisor.post(f"{self.path}/settlements", {"payment_period": period})
        return str(drafted.json()["id"])

    @property
    def ids(self) -> set[str]:
        """Give every id that is of this contract's."""
        return {self.id, self.finding, self.settlement, self.payout, self.month} | self.hidden


def _mark_what_is_internal(database: Database) -> None:
    """Write the marker into every column, of whatever table, in which the center writes for itself."""
    with database.write() as session:
        for table in SQLModel.metadata.sorted_tables:
            for name in (name for name in INTERNAL if name in table.c):
                marked = update(table).values({name: MARK})
                if name.endswith("_reason"):
                    marked = marked.where(table.c[name].is_not(None))
                session.execute(marked)


def _answers(person: Person) -> Iterator[tuple[str, str]]:
    """Ask every GET of the portal, each place with every id that its list gives, and give the answers."""
    served = [path for path, operations in _paths(person).items() if "get" in operations]
    ids: dict[str, list[str]] = {}
    for path in sorted((path for path in served if path.startswith("/v1/portal")), key=lambda path: path.count("{")):
        before, *after = re.split(r"/{\w+}", path)
        for id_ in ids.get(before, []) if after else [""]:
            address = "/".join(part for part in (before, id_) if part) + (after[0] if after else "")
            address += "/2023-01" * (len(after) - 1)
            answer = person.get(address)
            assert answer.status_code in {200, 404}, (address, answer.text)
            yield address, answer.text
            if not after and "items" in answer.json():
                ids[path] = [item["id"] for item in answer.json()["items"] if "id" in item]


def _paths(person: Person) -> dict[str, Any]:
    paths: dict[str, Any] = person.get("/openapi.json").json()["paths"]
    return paths


def _rival(office: Office) -> tuple[str, Person]:
    with office.database.write() as session:
        vendor = parties.create_vendor(session, office.clerk, office.center, "对手公司")
        access.create_principal(session, OPERATOR, "rival", Role.VENDOR, [office.center], vendor)
        return str(vendor), Person(office.client, access.issue_token(session, OPERATOR, "rival"))


def test_no_answer_of_the_portal_holds_a_draft_an_internal_note_or_another_vendors(office: Office) -> None:
    """Every GET of the portal is asked with every id that it gives: for either vendor the rest does not exist."""
    vendor, rival = _rival(office)
    own, theirs = Served(office, "XA-1", str(office.vendor)), Served(office, "XA-2", vendor)
    _mark_what_is_internal(office.database)
    sides = ((office.vendor_portal, own, theirs, {vendor, "对手公司"}), (rival, theirs, own, {str(office.vendor)}))
    for person, mine, others, names in sides:
        answers = dict(_answers(person))
        secrets = {MARK, others.path, *others.ids, *mine.hidden, *names}
        assert [(path, secret) for path, text in answers.items() for secret in secrets if secret in text] == []
        seen = "".join(answers.values())
        assert [id_ for id_ in mine.ids - mine.hidden if id_ not in seen] == []
        for id_ in (*mine.hidden, *others.ids):
            for room in ("contracts", "assessments", "findings", "due-dates", "settlements", "payouts", "tokens"):
                if room != "tokens":
                    expect_problem(person.get(f"/v1/portal/{room}/{id_}"), 404, "not-found")


def test_money_re_adds_to_the_fen_and_its_sources_can_be_read(office: Office) -> None:
    """Lines sum to what is payable, last steps are amounts, sources answer, and the statement of account balances."""
    own, portal = Served(office, "XA-1", str(office.vendor)), office.vendor_portal
    settlement = portal.get(f"/v1/portal/settlements/{own.settlement}").json()
    amounts = {line["component"]: Fraction(line["amount"]) for line in settlement["lines"]}
    assert amounts["fee"] - amounts["holdback"] == Fraction(settlement["payable"]) == 90
    assert (settlement["status"], settlement["unpaid"], len(settlement["digest"])) == ("approved", "40.00", 64)
    explained = portal.get(f"/v1/portal/settlements/{own.settlement}/explanation").json()
    assert [Fraction(line["steps"][-1]["value"]) for line in explained["lines"]] == [*amounts.values()]
    payout = portal.get(f"/v1/portal/payouts/{own.payout}/explanation").json()
    assert (payout["amount"], Fraction(payout["forfeited_steps"][-1]["value"])) == ("5.00", Fraction(1))
    steps = [step for line in explained["lines"] for step in line["steps"]] + payout["forfeited_steps"]
    sources = {step["source"] for step in steps} - {None}
    clauses = {line["clause"]["href"] for line in explained["lines"]}
    assert {portal.get(address).status_code for address in sources | clauses} == {200}
    statement = portal.get(f"/v1/portal/contracts/{own.id}/statement").json()
    assert statement["identity"] == {"debit_side": "100.00", "credit_side": "100.00", "difference": "0.00"}
    assert (statement["accounts"]["paid"], statement["accounts"]["payable"]) == ("50.00", "45.00")
    later = portal.get(f"/v1/portal/contracts/{own.id}/statement", since="2023-05-10").json()
    for found in (statement, later):
        moved = [line for entry in found["entries"] for line in entry["moved"]]
        for account, stands in found["accounts"].items():
            sum_ = sum(Fraction(line["amount"]) for line in moved if line["account"] == account)
            assert Fraction(found["brought_forward"][account]) + sum_ == Fraction(stands), account
    assert (statement["held"], len(later["entries"])) == ([{"fund": "holdback", "amount": "4.00"}], 1)
    assert {portal.get(entry["href"]).status_code for entry in statement["entries"]} == {200}


def test_a_notified_month_names_its_points_its_findings_and_its_earlier_versions(office: Office) -> None:
    """Points stand in the rubric's order with their weights; a revision keeps what was notified; an ETag gives 304."""
    own, portal = Served(office, "XA-1", str(office.vendor)), office.vendor_portal
    path = f"/v1/portal/assessments/{own.month}"
    first = portal.get(path)
    month = first.json()
    points = [(item["name"], item["weight"], item["points"]) for item in month["criteria"]]
    assert points == [("在岗", "60.00", "50.00"), ("服务", "40.00", "38.00")]
    assert [(finding["id"], finding["counts"]) for finding in month["findings"]] == [(own.finding, True)]
    assert (month["versions"], month["revision"], month["score"]) == ([], 0, {"exact": "88.00"})
    known = {"If-None-Match": first.headers["etag"]}
    assert portal.call("GET", path, headers=known).status_code == 304
    said = {"withdrawn_on": "2023-05-10", "reason": "申诉成立"}
    office.supervisor.post(f"{own.path}/findings/{own.finding}/withdrawal", said).raise_for_status()
    changed = portal.call("GET", path, headers=known)
    assert changed.status_code == 200
    month = changed.json()
    assert [finding["counts"] for finding in month["findings"]] == [False]
    assert [(version["number"], version["because"]) for version in month["versions"]] == [(0, None), (1, "申诉成立")]
    assert month["versions"][1]["withdrawn_findings"] == [own.finding]
    (owed,) = portal.items("/v1/portal/due-dates")
    assert (owed["kind"], owed["owed_by"], owed["due_on"], owed["state"]) == (
        "payment",
        "service_center",
        "2023-05-18",
        "not_due",
    )
    assert owed["steps"]


def test_a_vendor_rotates_its_own_tokens(office: Office) -> None:
    """The secret is shown once, a third live token is refused, and what is revoked opens nothing from then on."""
    portal, body = office.vendor_portal, {"name": "新接口", "expires_in_days": 30}
    key = {"Idempotency-Key": "rotate-1"}
    issued = portal.call("POST", "/v1/portal/tokens", json=body, headers=key)
    secret = issued.json()["token"]
    again = portal.call("POST", "/v1/portal/tokens", json=body, headers=key)
    assert (again.headers["idempotent-replayed"], again.json()) == ("true", issued.json() | {"token": None})
    expect_problem(portal.post("/v1/portal/tokens", body), 409, "too-many-tokens")
    fresh = Person(office.client, secret)
    me = fresh.get("/v1/portal/me").json()
    assert (me["token_name"], me["scopes"], me["expires_at"]) == ("新接口", ["portal"], "2023-06-09T04:00:00Z")
    assert secret not in fresh.get("/v1/portal/tokens").text
    (old,) = (token["id"] for token in portal.items("/v1/portal/tokens") if token["in_use"])
    assert portal.post(f"/v1/portal/tokens/{old}/revocation").json()["revoked_at"] is not None
    expect_problem(portal.get("/v1/portal/me"), 401, "unauthenticated")
    expect_problem(fresh.post(f"/v1/portal/tokens/{old}/revocation"), 409, "token-revoked")
    assert [token["id"] for token in fresh.items("/v1/portal/tokens", live=True)] == [me["token_id"]]
    with time_machine.travel("2023-06-09T04:00:00Z", tick=False):
        expect_problem(fresh.get("/v1/portal/me"), 401, "unauthenticated")


def test_a_tokens_last_use_is_noted_once_an_hour_and_no_reader_waits_for_it(office: Office, database: Database) -> None:
    """While somebody writes, even the token itself, a read is answered at once and notes nothing."""
    token = office.vendor_portal.get("/v1/portal/me").json()["token_id"]

    def noted(at: str) -> str | None:
        with time_machine.travel(at, tick=False):
            office.vendor_portal.get("/v1/portal/contracts").raise_for_status()
            (found,) = office.vendor_portal.items("/v1/portal/tokens")
            return str(found["last_used_at"])

    assert noted("2023-05-10T04:59:00Z") == "2023-05-10T04:00:00Z"
    assert noted("2023-05-10T05:01:00Z") == "2023-05-10T05:01:00Z"
    with database.write() as session:
        before = [*rows_of(session, Token)]
        session.execute(update(Token).where(col(Token.id) == uuid.UUID(token)).values(name=None))
        assert noted("2023-05-10T09:00:00Z") == "2023-05-10T05:01:00Z"
    assert noted("2023-05-10T09:30:00Z") == "2023-05-10T09:30:00Z"
    with database.read() as session:
        assert [*rows_of(session, Token)] == before


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_list_of_the_portal_sends_as_many_statements_however_long_it_is(office: Office, database: Database) -> None:
    """Nothing is read row by row."""
    own = [Served(office, f"XA-{number}", str(office.vendor)) for number in range(1, 4)]
    sent: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    def count(path: str, **query: object) -> int:
        sent.clear()
        office.vendor_portal.get(f"/v1/portal/{path}", **query).raise_for_status()
        return len(sent)

    # The token's first use is noted apart.
    office.vendor_portal.get("/v1/portal/me").raise_for_status()
    event.listen(database.engine, "before_cursor_execute", note)
    try:
        for path in ("contracts", "assessments", "findings", "due-dates", "settlements", "payouts", "tokens"):
            assert count(path, limit=1) == count(path, limit=200), path
        assert count(f"assessments/{own[0].month}") <= 15
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("feature", MODULES)
def test_every_query_of_the_portal_takes_the_vendor(feature: str) -> None:
    """A select of this door that could forget whose things it reads cannot be written."""
    module = import_module(f"app.features.{feature}.portal_queries")
    functions = {
        name: [*inspect.signature(found).parameters.values()]
        for name, found in inspect.getmembers(module, inspect.isfunction)
        if found.__module__ == module.__name__ and name != "_unexpired"
    }
    assert functions
    for name, parameters in functions.items():
        taken = {parameter.name: parameter.default for parameter in parameters}
        assert taken.get("vendor_id") is inspect.Parameter.empty, name

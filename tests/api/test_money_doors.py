"""The doors of money: what is wrong is told with its code and place and posts nothing; a retry posts nothing twice."""

from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from httpx2 import Response

from app.database import Database
from tests.api.asking import expect_problem, filled, last_part
from tests.client import Client
from tests.nights import every_row
from tests.office import TERMS, Office

TODAY = "2023-02-13"
HOLDBACK = {
    "kind": "holdback",
    "base": "month_fee",
    "share": "0.10",
    "releases": [{"code": code, "share": "0.5", "after": "acceptance"} for code in ("first", "second")],
}
BANDS = {
    "kind": "score_bands",
    "base": "month_fee",
    "bands": [{"at_least": "90.00", "share": "1"}, {"below": "90.00", "share": "0.9"}],
}
AWARD = {"kind": "all_or_nothing", "source": "holdback", "mark": "90.00"}
PAID_BY_MONTH: dict[str, Any] = {
    "starts_on": "2022-01-01",
    "ends_on": "2022-12-31",
    "recorded_from": "2022-09",
    "years": [{"year": 2022, "amount": "1200.00"}],
    "terms": TERMS | {"payment": {"schedule": "monthly"}, "money": [BANDS, HOLDBACK, AWARD]},
}
INVALID = "validation-error"


@dataclass(frozen=True)
class Books:
    """An office whose September is settled and partly paid, October drafted, November stale, December not final."""

    office: Office
    places: dict[str, str]

    def ask(self, role: str, method: str, path: str, body: Any = None, **headers: str | None) -> Response:  # noqa: ANN401 JSON
        """Send a request about the contract as somebody of the office."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        with time_machine.travel(f"{TODAY}T04:00:00Z", tick=False):
            return getattr(self.office, role).call(  # type: ignore[no-any-return]
                method, filled(f"$contract{path}", self.places), json=filled(body, self.places), headers=sent
            )

    def made(self, role: str, path: str, body: Any = None) -> str:  # noqa: ANN401 JSON
        """Make something and give its id."""
        answer = self.ask(role, "POST", path, body)
        assert answer.status_code < 300, answer.text
        return str(answer.json()["id"])


@pytest.fixture(scope="module")
def books(shared_database: Database, shared_client: Client) -> Books:
    """Keep books by the real operations; the tests prove that they change nothing, or say what they change."""
    office = Office(shared_database, shared_client)
    contract = office.contract(**PAID_BY_MONTH)
    found = Books(office, {"contract": contract, "contract_id": last_part(contract)})
    for month in (9, 10, 11):
        office.assess(contract, f"2022-{month:02}", "95.00", f"2022-{month + 1:02}-03")
        office.finalize(contract, f"2022-{month:02}", f"2022-{month + 1:02}-04")
    for month, name in ((9, "settled"), (10, "draft"), (11, "stale")):
        found.places[name] = found.made("supervisor", "/settlements", {"payment_period": f"2022-{month:02}"})
    found.places["own"] = found.made("finance", "/settlements", {"payment_period": "2022-10"})
    found.made("finance2", "/settlements/$settled/approval")
    paid = {"settlement_id": "$settled", "amount": "40.00", "paid_on": TODAY, "voucher_no": "记-1"}
    found.places["payment"] = found.made("finance", "/payments", paid)
    found.places["voided"] = found.made("finance", "/payments", paid | {"voucher_no": "记-2"})
    found.ask("finance", "POST", "/payments/$voided/voiding", {"reason": "误记"}).raise_for_status()
    accepted = {"release": "first", "on": "2023-02-06", "document": "验收报告"}
    found.places["released"] = found.made("supervisor", "/releases", accepted)
    found.made("finance", "/payouts/$released/approval")
    office.notify(contract, "2022-11", "2022-12-05", "1号")
    withdrawn = {"reason": "复核", "result": {"state": "excused", "reason": "停业"}}
    revised = found.ask("supervisor", "POST", "/assessments/2022-11/revisions", withdrawn)
    assert revised.status_code < 300, revised.text
    payouts = found.ask("finance", "GET", "/payouts").json()["items"]
    found.places["award"] = next(item["id"] for item in payouts if item["kind"] == "all_or_nothing")
    return found


@dataclass(frozen=True)
class Wrong:
    """A request that is refused: who asks for what, and what the problem says."""

    role: str
    path: str
    body: dict[str, Any] | None
    status: int
    code: str
    pointer: str | None = None
    headers: dict[str, str | None] = field(default_factory=dict)


def _paying(pointer: str | None, status: int = 422, code: str = INVALID, **changes: Any) -> Wrong:
    paid = {"settlement_id": "$settled", "amount": "1.00", "paid_on": TODAY, "voucher_no": "记-9"} | changes
    return Wrong("finance", "/payments", {k: v for k, v in paid.items() if v is not None}, status, code, pointer)


def _opening(pointer: str, **changes: Any) -> Wrong:
    body = {"as_of": "2022-09-30", "held": "1.00", "source": "台账"} | changes
    return Wrong("supervisor", "/opening-balance", body, 422, INVALID, pointer)


def _approving(which: str, status: int, code: str, role: str = "finance", **headers: str | None) -> Wrong:
    return Wrong(role, f"/settlements/${which}/approval", None, status, code, headers=headers)


RELEASE = {"release": "second", "on": "2023-02-06", "document": "验收报告"}
WRONG: dict[str, Wrong] = {
    "half a fen": _paying("/amount", amount="1.005"),
    "a number for money": _paying("/amount", amount=1),
    "a negative payment": _paying("/amount", amount="-1.00"),
    "nothing paid": _paying("/amount", amount="0.00"),
    "more than is payable": _paying("/amount", 409, "payment-exceeds-payable", amount="50.01"),
    "the same voucher again": _paying("/voucher_no", 409, "voucher-taken", voucher_no="记-1"),
    "paid before the approval": _paying("/paid_on", paid_on="2023-02-12"),
    "paid tomorrow": _paying("/paid_on", paid_on="2023-02-14"),
    "paid on a draft": _paying("/settlement_id", 409, "not-approved", settlement_id="$own"),
    "paid on nothing": _paying("/settlement_id", settlement_id=None),
    "paid on two things": _paying("/settlement_id", payout_id="$released"),
    "paid on a contract": _paying("/settlement_id", 404, "not-found", settlement_id="$contract_id"),
    "voided twice": Wrong("finance", "/payments/$voided/voiding", {"reason": "误记"}, 409, "already-voided"),
    "voided without a reason": Wrong("finance", "/payments/$payment/voiding", {}, 422, INVALID, "/reason"),
    "voided before it was paid": Wrong(
        "finance",
        "/payments/$payment/voiding",
        {"voided_on": "2023-02-12", "reason": "误记"},
        422,
        INVALID,
        "/voided_on",
    ),
    "a period that there is not": Wrong(
        "supervisor", "/settlements", {"payment_period": "2022-Q4"}, 409, "nothing-to-settle", "/payment_period"
    ),
    "a period that is no period": Wrong(
        "supervisor", "/settlements", {"payment_period": "2022-13"}, 422, INVALID, "/payment_period"
    ),
    "a settled period": Wrong(
        "supervisor", "/settlements", {"payment_period": "2022-09"}, 409, "already-approved", "/payment_period"
    ),
    "a month without a result": Wrong(
        "supervisor", "/settlements", {"payment_period": "2022-12"}, 409, "settlement-incomplete"
    ),
    "one's own draft": _approving("own", 403, "approver-is-drafter"),
    "a draft that its month has left behind": _approving("stale", 409, "draft-stale"),
    "a superseded draft": _approving("draft", 409, "draft-stale", "finance2"),
    "posting twice": _approving("settled", 409, "already-approved"),
    "approving another version": _approving("own", 412, "precondition-failed", "finance2", If_Match='"7"'),
    "approving unread": _approving("own", 428, "precondition-required", "finance2", If_Match=None),
    "approving without a key": _approving("own", 400, "idempotency-key-missing", "finance2", Idempotency_Key=None),
    "a supervisor's approval": _approving("own", 403, "forbidden", "supervisor"),
    "a second release": Wrong(
        "supervisor", "/releases", RELEASE | {"release": "first"}, 409, "release-taken", "/release"
    ),
    "a release that there is not": Wrong(
        "supervisor", "/releases", RELEASE | {"release": "x"}, 422, INVALID, "/release"
    ),
    "an acceptance without its paper": Wrong(
        "supervisor", "/releases", {"release": "second", "on": "2023-02-06"}, 422, INVALID, "/document"
    ),
    "a payout that is not decided": Wrong("finance", "/payouts/$award/approval", None, 409, "payout-not-decided"),
    "an approved release again": Wrong("finance2", "/payouts/$released/approval", None, 409, "already-approved"),
    "a reading where none is": Wrong(
        "supervisor",
        "/payouts/$award/reading",
        {"reading_id": "x", "rest": "held", "agreed_on": "2023-02-01", "document": "确认函"},
        409,
        "nothing-to-choose",
        "/path/payout_id",
    ),
    "an unknown rest": Wrong(
        "supervisor",
        "/payouts/$award/reading",
        {"reading_id": "x", "rest": "lost", "agreed_on": "2023-02-01", "document": "确认函"},
        422,
        INVALID,
        "/rest",
    ),
    "books opened in mid-month": _opening("/as_of", as_of="2022-09-15"),
    "books opened before the service": _opening("/as_of", as_of="2021-12-31"),
    "books opened with nothing": _opening("/held", held="0.00"),
    "books opened with less than nothing": _opening("/held", held="-1.00"),
    "books opened once they are kept": Wrong(
        "supervisor",
        "/opening-balance",
        {"as_of": "2022-09-30", "held": "1.00", "source": "台账"},
        409,
        "opening-taken",
        "/path/contract_id",
    ),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named_and_posts_nothing(books: Books, wrong: Wrong) -> None:
    """Status, code and pointer are those of the table, the remedy is there, and not a row of any table moves."""
    before = every_row(books.office.database)
    answer = books.ask(wrong.role, "POST", wrong.path, wrong.body, **wrong.headers)
    expect_problem(answer, wrong.status, wrong.code, wrong.pointer)
    assert every_row(books.office.database) == before


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/ledger?cause=gift", "/query/cause"),
        ("/ledger?since=2023-02-30", "/query/since"),
        ("/ledger?account=cash", "/query/account"),
        ("/balance?as_of=2023-02-14", "/query/as_of"),
        ("/payments?voided=maybe", "/query/voided"),
        ("/settlements?status=lost", "/query/status"),
        ("/statements/1999", "/path/year"),
    ],
)
def test_a_wrong_question_is_told_where(books: Books, path: str, pointer: str) -> None:
    """Filters of money's lists are read as strictly as all others."""
    problem = books.ask("finance", "GET", path)
    assert problem.status_code in {400, 404, 422}, problem.text
    assert problem.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(("path", "least"), [("/settlements?status=superseded", 1), ("/ledger", 5), ("/payments", 2)])
def test_pages_of_money_hold_everything_once(books: Books, path: str, least: int) -> None:
    """Page by page, one item each, is the whole list."""
    whole = books.ask("auditor", "GET", path).json()["items"]
    mark = "&" if "?" in path else "?"
    found, cursor = [], ""
    while True:
        page = books.ask("auditor", "GET", f"{path}{mark}limit=1{cursor}").json()
        found += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == whole
    assert len({item["id"] for item in found}) == len(found) >= least


def test_a_retried_payment_and_a_retried_approval_post_once(office: Office) -> None:
    """The same key gives the first answer again, and what is read as `ETag` goes into `If-Match`."""
    contract = office.contract(**PAID_BY_MONTH)
    found = Books(office, {"contract": contract})
    office.assess(contract, "2022-09", "95.00", "2022-10-03")
    office.finalize(contract, "2022-09", "2022-10-04")
    found.places["draft"] = found.made("supervisor", "/settlements", {"payment_period": "2022-09"})
    tag = found.ask("finance", "GET", "/settlements/$draft").headers["etag"]
    paid = {"settlement_id": "$draft", "amount": "90.00", "paid_on": TODAY, "voucher_no": "记-1"}
    for path, body, headers in (("/settlements/$draft/approval", None, {"If_Match": tag}), ("/payments", paid, {})):
        first, again = (
            found.ask("finance", "POST", path, body, Idempotency_Key="once", **headers)
            if body is None
            else found.ask("finance", "POST", path, body, Idempotency_Key="pay")
            for _ in range(2)
        )
        assert first.status_code < 300, first.text
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["idempotent-replayed"] == "true"
    assert [entry["cause"] for entry in found.ask("finance", "GET", "/ledger").json()["items"]] == [
        "settlement",
        "payment",
    ]
    assert found.ask("finance", "GET", "/settlements/$draft").json()["status"] == "paid"

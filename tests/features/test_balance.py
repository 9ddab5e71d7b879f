"""What stands on a contract's accounts: balances, holdbacks by age, the paid share, and the balance taken over."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.database import Database
from app.features.audit.verify import verify_database
from app.features.settlements.ledger.checks import check_ledger
from app.features.settlements.opening import service as opening
from app.rules.clauses import Fund
from app.rules.ledger import Account, Place
from tests.api.asking import expect_problem, last_part
from tests.office import Office
from tests.settled import Sums, approve_opening, paid_out, settled

TAKEN_OVER = {
    "as_of": "2023-03-31",
    "held": "46938.09",
    "held_pool": "100.00",
    "paid": "400000.00",
    "payable": "2000.50",
    "deducted": "900.00",
    "receivable": "38.59",
    "source": "交接表",
}
ACCRUED = "449900.00"


def take_over(office: Office, contract: str, **changed: Any) -> dict[str, Any]:
    """Draft an opening balance by finance."""
    answer = office.finance.post(f"{contract}/opening-balance", TAKEN_OVER | changed)
    assert answer.status_code == 201, answer.text
    drafted: dict[str, Any] = answer.json()
    return drafted


def approve(database: Database, contract: str, approved_on: str = "2023-04-15") -> None:
    """Approve it as the settlement that it is."""
    with database.read() as session:
        found = opening.opening(session, UUID(last_part(contract)))
    assert found is not None
    posting = opening.opening_posting((line["component"], line["amount_fen"]) for line in found.lines)
    approve_opening(database, contract, posting, approved_on)


def shares(office: Office, contract: str, **query: str) -> dict[str, tuple[str, str | None, str]]:
    """Read by denominator what is paid, what part of it that is, and what is left."""
    found = office.auditor.get(f"{contract}/balance", **query).json()["paid_share"]
    return {share["denominator"]["name"]: (share["paid"], share["share_percent"], share["unpaid"]) for share in found}


def test_a_contract_taken_over_opens_with_its_balance(office: Office, database: Database) -> None:
    """Drafted, drafted anew, approved: what it states stands on the accounts, the rest was accrued before."""
    contract = office.contract(starts_on="2022-11-15", years=[{"year": 2023, "amount": "600000.00"}])
    assert office.auditor.get(f"{contract}/opening-balance").status_code == 404
    first = take_over(office, contract, held="1.00", assumption=True, source="按10%推算")
    assert (first["assumption"], first["source"], first["held"], first["forfeited"]) == (
        True,
        "按10%推算",
        "1.00",
        None,
    )
    drafted = take_over(office, contract)
    assert (drafted["accrued"], drafted["assumption"], drafted["status"]) == (ACCRUED, False, "draft")
    assert drafted["months"] == ["2022-11", "2022-12", "2023-01", "2023-02", "2023-03"]
    (step,) = drafted["lines"][0]["steps"]
    assert (step["operation"], step["value"], step["source"]) == ("given", "46938.09", contract)
    assert office.auditor.get(f"{contract}/opening-balance").json() == drafted
    approve(database, contract)
    found = office.auditor.get(f"{contract}/balance").json()
    stated = {name: TAKEN_OVER[name] for name in ("paid", "payable", "deducted", "receivable")}
    assert found["accounts"] == stated | {"accrued": ACCRUED, "held": "47038.09", "forfeited": "0.00"}
    assert found["identity"] == {"debit_side": "449938.59", "credit_side": "449938.59", "difference": "0.00"}
    assert shares(office, contract)["year:2023"] == ("400000.00", "66.67", "200000.00")
    (entry,) = office.auditor.items(f"{contract}/ledger", cause="opening")
    assert entry["href"] == f"{contract}/opening-balance"
    again = office.finance.post(f"{contract}/opening-balance", TAKEN_OVER)
    expect_problem(again, 409, "opening-taken")
    payment = {"settlement_id": drafted["id"], "amount": "2000.50", "paid_on": "2023-04-20", "voucher_no": "记-1"}
    office.finance.post(f"{contract}/payments", payment).raise_for_status()
    assert shares(office, contract)["year:2023"][0] == "402000.50"
    with database.read() as session:
        assert check_ledger(session) == []
        assert verify_database(session, {}).bad == []


@pytest.mark.parametrize(
    ("changed", "pointer", "fault"),
    [
        ({"as_of": "2023-03-30"}, "/as_of", "within-a-month"),
        ({"as_of": "2022-12-31"}, "/as_of", "outside-service"),
        ({"as_of": "2024-01-31"}, "/as_of", "outside-service"),
        ({"as_of": "2088-01-31"}, "/as_of", "date-in-future"),
        ({"receivable": "999999.00"}, "/receivable", "more-owed-than-accrued"),
        (dict.fromkeys(["held", "held_pool", "paid", "payable", "deducted", "receivable"]), "/held", "nothing-stated"),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_no_opening_balance_can_be(office: Office, changed: dict[str, Any], pointer: str, fault: str) -> None:
    """At the end of a month of service that is over, and of amounts that a contract can have."""
    contract = office.contract()
    refused = office.finance.post(f"{contract}/opening-balance", TAKEN_OVER | changed)
    expect_problem(refused, 422, "validation-error", pointer, fault)
    closing = {"closed_on": "2023-05-20"}
    office.supervisor.post(f"{contract}/closing", closing).raise_for_status()
    assert take_over(office, contract, as_of="2023-05-20")["months"][-1] == "2023-05"


def test_an_opening_posts_where_its_words_say() -> None:
    """Each word has its account; the pool is a fund of its own."""
    posting = opening.opening_posting([("held", 500), ("held_pool", 30), ("receivable", 7), ("paid", 0)])
    assert posting == {
        Place(Account.HELD, Fund.HOLDBACK): -500,
        Place(Account.HELD, Fund.POOL): -30,
        Place(Account.RECEIVABLE): 7,
        Place(Account.ACCRUED): 523,
    }


def test_the_paid_share_names_what_it_is_a_share_of(office: Office, database: Database) -> None:
    """Of the contract, of each year by what was paid for it, of what is accrued; two places, half up."""
    years = [{"year": 2023, "amount": "10655546.85"}, {"year": 2024, "amount": "0.00"}]
    contract = office.contract(starts_on="2023-01-01", ends_on="2024-12-31", years=years)
    assert shares(office, contract)["accrued"] == ("0.00", None, "0.00")
    quarter = settled(database, contract, "2023-12", Sums(fee=8_500_000_00, held=516_864_30), "2024-01-20")
    paid = {"settlement_id": quarter, "amount": "7983135.70", "paid_on": "2024-02-01", "voucher_no": "记-1"}
    office.finance.post(f"{contract}/payments", paid).raise_for_status()
    assert shares(office, contract) == {
        "contract_total": ("7983135.70", "74.92", "2672411.15"),
        "year:2023": ("7983135.70", "74.92", "2672411.15"),
        "year:2024": ("0.00", None, "0.00"),
        "accrued": ("7983135.70", "93.92", "516864.30"),
    }
    assert shares(office, contract, as_of="2024-01-31")["year:2023"] == ("0.00", "0.00", "10655546.85")
    payout = paid_out(database, contract, 400_000_00, 0, "2024-03-01")
    paid = {"payout_id": payout, "amount": "400000.00", "paid_on": "2024-03-10", "voucher_no": "记-2"}
    office.finance.post(f"{contract}/payments", paid).raise_for_status()
    assert shares(office, contract)["year:2023"][0] == "8383135.70"
    expect_problem(office.auditor.get(f"{contract}/balance", as_of="2089-01-01"), 400, "bad-request", "/query/as_of")


def test_what_a_fund_holds_is_what_was_put_in_less_what_left_it(office: Office, database: Database) -> None:
    """An opening balance, two months, a payout with what is forfeited by it."""
    contract = office.contract(years=[])
    take_over(office, contract, as_of="2023-01-31", held_pool="0.00")
    approve(database, contract)
    for month in ("2023-02", "2023-03"):
        settled(database, contract, month, Sums(fee=1_000_00, held=100_00), "2023-04-20")
    paid_out(database, contract, 46_900_00, 90_00, "2023-05-01")
    for as_of, amount in (("2023-04-15", "46938.09"), ("2023-04-20", "47138.09"), ("2023-05-10", "148.09")):
        held = office.auditor.get(f"{contract}/balance", as_of=as_of).json()["held"]
        assert held == [{"fund": "holdback", "amount": amount}]


@pytest.mark.parametrize("table", ["ledger_entries", "ledger_lines"])
@pytest.mark.parametrize("change", ["UPDATE {} SET contract_id = contract_id", "DELETE FROM {}"])
def test_nobody_changes_what_is_posted(office: Office, database: Database, table: str, change: str) -> None:
    """The database itself refuses it, whoever asks."""
    settled(database, office.contract(), "2023-02", Sums(fee=1_00), date(2023, 4, 20).isoformat())
    with pytest.raises(DBAPIError, match=f"{table} is only added to"), database.write() as session:
        session.execute(text(change.format(table)))

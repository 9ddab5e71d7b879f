"""Every amount of the demo made again from its explanation, by lines that know nothing of the program."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from app.database import Database
from app.demo import principals, run
from app.settings import Settings
from tests.lending import client_of
from tests.nights import run_nights
from tests.office import Person
from tests.rules.recompute import recompute

HAIKOU = {
    "3755046.90",
    "4280753.46",
    "375504.69",
    "428075.35",
    "901211.26",
    "372375.48",
    "424508.05",
}
"""What the readings of Haikou's supplementary agreement give; two of them, 375504.69, agree."""


@pytest.fixture
def people(demo: Database, tmp_path: Path) -> Iterator[dict[str, Person]]:
    """Give the demo's people after its last night."""
    vendors, _ = run.load(demo, lambda *_: None)
    run_nights(demo, run.LAST_NIGHT.isoformat())
    with demo.write() as session:
        tokens = principals.tokens(session, principals.ensure(session, vendors), tmp_path / "tokens.json")
    with client_of(Settings(var_dir=tmp_path), demo) as client:
        yield {name: Person(client, token) for name, token in tokens.items()}


def contract(people: dict[str, Person], number: str) -> str:
    (found,) = people["finance"].items("/v1/contracts", number=number)
    return f"/v1/contracts/{found['id']}"


def explained(finance: Person, address: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """List every amount of a contract's settlements, payouts and readings with its steps."""
    found = []
    for settlement in finance.items(f"{address}/settlements"):
        lines = finance.get(f"{address}/settlements/{settlement['id']}/explanation").json()["lines"]
        found += [(line["amount"], line["steps"]) for line in lines]
    for payout in finance.get(f"{address}/payouts").json()["items"]:
        said = finance.get(f"{address}/payouts/{payout['id']}/explanation").json()
        amounts = [said, *said["readings"]]
        found += [(one["amount"], one["steps"]) for one in amounts if one["amount"] is not None]
    fees = finance.get(f"{address}/fees").json()
    months = [month for year in fees["years"] for quarter in year["quarters"] for month in quarter["months"]]
    return found + [(month["amount"], month["steps"]) for month in months if month["amount"]]


@pytest.mark.parametrize("number", ["SL-2024", "HK-2023"])
def test_every_amount_follows_from_its_steps_and_every_source_answers(people: dict[str, Person], number: str) -> None:
    """Twenty lines recompute what the program explained; every given value can be read where it says."""
    finance = people["finance"]
    amounts = explained(finance, contract(people, number))
    assert len(amounts) > 10
    wrong = [(amount, steps) for amount, steps in amounts if recompute(steps) != Fraction(amount)]
    assert wrong == []
    sources = {step["source"] for _, steps in amounts for step in steps if step["source"]}
    assert {source: finance.get(source).status_code for source in sources} == dict.fromkeys(sources, 200)


def test_haikous_readings_give_these_figures_and_nothing_is_paid(people: dict[str, Person]) -> None:
    """Five formulas, of which three know two candidates for P; the opening balance holds 469,380.86."""
    finance = people["finance"]
    address = contract(people, "HK-2023")
    (payout,) = finance.get(f"{address}/payouts").json()["items"]
    assert (payout["status"], payout["amount"], len(payout["readings"])) == ("ambiguous", None, 8)
    assert {reading["amount"] for reading in payout["readings"]} == HAIKOU
    assert any("2023-08-04" in note["zh"] and "5个月" in note["zh"] for note in payout["notes"])
    balance = finance.get(f"{address}/balance").json()
    assert (balance["accounts"]["held"], balance["identity"]["difference"]) == ("469380.86", "0.00")


def test_ten_percent_of_that_is_recorded_by_one_and_approved_by_another(people: dict[str, Person]) -> None:
    """375,504.69 of P = 6,571,332.08 posts a balanced entry; the literal reading exceeds what is held."""
    finance, supervisor = people["finance"], people["supervisor"]
    address = contract(people, "HK-2023")
    (payout,) = finance.get(f"{address}/payouts").json()["items"]
    path = f"{address}/payouts/{payout['id']}"
    choice = {"december": "forfeited", "agreed_on": "2024-03-01", "document": "三方会议纪要"}
    inputs = {"inputs": {"P": "6571332.08"}}
    assert supervisor.post(f"{path}/reading", choice | inputs | {"reading_id": "literal"}).status_code == 200
    refused = finance.post(f"{path}/approval")
    assert (refused.status_code, refused.json()["code"]) == (409, "payout_exceeds_held")
    read = supervisor.post(f"{path}/reading", choice | inputs | {"reading_id": "ten_percent_of_literal"})
    assert read.json()["amount"] == "375504.69"
    approved = finance.post(f"{path}/approval")
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")
    *_, entry = finance.items(f"{address}/ledger")
    debits = sum(Fraction(line["debit"] or 0) for line in entry["lines"])
    credits_ = sum(Fraction(line["credit"] or 0) for line in entry["lines"])
    assert debits == credits_ == Fraction("469380.86")
    assert finance.get(f"{address}/balance").json()["identity"]["difference"] == "0.00"

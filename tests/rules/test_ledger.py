"""The ledger: what each cause posts, and the identity; `test_money_properties` posts them by chance."""

import re
from collections.abc import Mapping

import pytest

from app.rules.clauses import Fund
from app.rules.ledger import (
    DEBIT_ACCOUNTS,
    Account,
    Place,
    Posting,
    identity,
    natural,
    of_opening,
    of_payment,
    of_payout,
    of_settlement,
)
from app.rules.lines import Component
from app.rules.money import parse_yuan, yuan
from tests.rules.tables import Case, cases

_WRITTEN = re.compile(r"(\w+)(?:\((\w+)\))?(?:@([\d-]+))?")


def place_of(text: str) -> Place:
    written = _WRITTEN.fullmatch(text)
    assert written is not None
    account, fund, period = written.groups()
    return Place(Account(account), Fund(fund) if fund else None, period)


def assert_posts(posting: Posting, case: Case) -> None:
    expected: Mapping[str, str] = case["posts"]
    assert {place: yuan(fen) for place, fen in posting.items()} == {place_of(p): fen for p, fen in expected.items()}
    assert sum(posting.values()) == 0
    accounts = dict.fromkeys(Account, 0)
    for place, fen in posting.items():
        accounts[place.account] += natural(place.account, fen)
    assert identity(accounts) == 0


@pytest.mark.parametrize("case", cases("ledger", "settlements"))
def test_settlements(case: Case) -> None:
    lines = []
    for name, fen in case["lines"].items():
        component, _, period = name.partition("@")
        lines.append((Component(component), period or None, parse_yuan(fen)))
    assert_posts(of_settlement(lines), case)


@pytest.mark.parametrize("case", cases("ledger", "payments"))
def test_payments(case: Case) -> None:
    assert_posts(of_payment(parse_yuan(case["yuan"]), voided=case.get("voided", False)), case)


@pytest.mark.parametrize("case", cases("ledger", "payouts"))
def test_payouts(case: Case) -> None:
    assert_posts(of_payout(Fund(case["fund"]), parse_yuan(case["payable"]), parse_yuan(case["forfeited"])), case)


@pytest.mark.parametrize("case", cases("ledger", "openings"))
def test_opening_balances(case: Case) -> None:
    assert_posts(of_opening({place_of(name): parse_yuan(fen) for name, fen in case["balances"].items()}), case)


def test_every_component_has_its_place() -> None:
    for component in Component:
        assert of_settlement([(component, None, 100)])


def test_an_identity_that_is_broken_says_by_how_much() -> None:
    assert identity({Account.ACCRUED: 100, Account.PAID: 90}) == 10
    assert identity({Account.RECEIVABLE: 5, Account.ACCRUED: 100, Account.HELD: 110}) == -5
    assert {natural(account, 1) for account in DEBIT_ACCOUNTS} == {1}
    assert natural(Account.PAYABLE, 1) == -1

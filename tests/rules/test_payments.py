"""What is paid on a day, since when all of it is, and which amounts a fund still holds."""

from datetime import date

import pytest

from app.rules.payments import Payment, fully_paid_on, most_paid_from, paid_by, percent


def march(day: int) -> date:
    """Give a day of March."""
    return date(2023, 3, day)


FIRST, VOIDED, AGAIN = Payment(60, march(3)), Payment(40, march(10), march(20)), Payment(40, march(25))


@pytest.mark.parametrize(
    ("as_of", "paid", "since"),
    [(2, 0, None), (3, 60, None), (10, 100, 10), (19, 100, 10), (20, 60, None), (25, 100, 25), (31, 100, 25)],
)
def test_all_is_paid_since_the_last_day_on_which_something_was_missing(
    as_of: int, paid: int, since: int | None
) -> None:
    payments = (AGAIN, VOIDED, FIRST)
    assert paid_by(payments, march(as_of)) == paid
    assert fully_paid_on(payments, 100, march(as_of)) == (since and march(since))


def test_a_payment_that_takes_the_place_of_a_voided_one_on_its_day_leaves_no_gap() -> None:
    at_once = Payment(40, march(20))
    assert fully_paid_on((FIRST, VOIDED, at_once), 100, march(31)) == march(10)


def test_a_payment_voided_on_its_own_day_never_counted() -> None:
    assert fully_paid_on((Payment(100, march(3), march(3)),), 100, march(3)) is None


@pytest.mark.parametrize(("day", "most"), [(1, 100), (15, 100), (20, 100), (21, 100), (26, 100), (31, 100)])
def test_a_payment_comes_on_top_of_the_most_that_is_paid_from_its_day_on(day: int, most: int) -> None:
    assert most_paid_from((FIRST, VOIDED, AGAIN), march(day)) == most
    assert most_paid_from((FIRST, VOIDED), march(21)) == 60


@pytest.mark.parametrize(("part", "whole", "share"), [(1, 3, 3333), (2, 3, 6667), (1, 8, 1250), (5, 0, None)])
def test_a_share_has_two_places(part: int, whole: int, share: int | None) -> None:
    assert percent(part, whole) == share

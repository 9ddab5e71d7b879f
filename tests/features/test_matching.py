"""A file of payments is compared with the record by voucher and amount, and nothing else is guessed."""

import uuid
from datetime import date

import pytest

from app.documents.payment_file import FilePayment
from app.features.settlements.payments.matching import Candidate, Matching, Recorded, Result, match

DAY = date(2023, 5, 8)


def row(number: int, voucher_no: str, fen: int, paid_on: date = DAY) -> FilePayment:
    """Give a row of a file."""
    return FilePayment(number, voucher_no, fen, paid_on)


def paid(voucher_no: str, fen: int, paid_on: date = DAY, voided_on: date | None = None) -> Recorded:
    """Give a payment on record."""
    return Recorded(uuid.uuid4(), uuid.uuid4(), None, "2023-Q1", voucher_no, fen, paid_on, voided_on)


def left(fen: int, subject: str = "2023-Q2") -> Candidate:
    """Give a settlement of which something is left."""
    return Candidate(uuid.uuid4(), None, subject, fen)


def results(found: Matching) -> list[tuple[Result, bool]]:
    """Give what became of each row, and whether it is a duplicate."""
    return [(entry.result, entry.duplicate) for entry in found.rows]


RECORDED, DIFFERS, UNKNOWN = Result.RECORDED, Result.AMOUNT_DIFFERS, Result.UNKNOWN
PAYABLE, AMBIGUOUS = Result.PAYABLE, Result.AMBIGUOUS


def test_voucher_and_amount_are_on_record() -> None:
    """Another day on record is said, and changes nothing else."""
    found = match([row(1, "A", 100), row(2, "B", 200)], [paid("A", 100), paid("B", 200, date(2023, 5, 9))], [])
    assert results(found) == [(RECORDED, False), (RECORDED, False)]
    assert [entry.paid_on_differs for entry in found.rows] == [False, True]


def test_a_voucher_with_another_amount_is_shown_with_both() -> None:
    """Even by a fen, and even where the amount would fit something that is left to pay."""
    found = match([row(1, "A", 101)], [paid("A", 100)], [left(101)])
    assert results(found) == [(DIFFERS, False)]
    assert ([payment.fen for payment in found.rows[0].payments], found.rows[0].candidates) == ([100], ())
    assert found.not_in_file == []


def test_a_voided_voucher_is_named_as_such() -> None:
    """A voucher that was recorded anew stands; its voided payment is past."""
    voided = paid("A", 100, voided_on=DAY)
    assert results(match([row(1, "A", 100)], [voided], [left(100)])) == [(Result.VOIDED, False)]
    assert results(match([row(1, "A", 100)], [voided, paid("A", 100)], [])) == [(RECORDED, False)]


@pytest.mark.parametrize(
    ("amounts", "on_record", "expected"),
    [
        ([300], [100, 200], [(RECORDED, False)]),
        ([100, 200], [100, 200], [(RECORDED, False)] * 2),
        ([100, 100], [100, 100], [(RECORDED, False)] * 2),
        ([100, 200], [300], [(RECORDED, False)] * 2),
        ([100, 100], [100], [(RECORDED, False), (RECORDED, True)]),
        ([300, 100], [100, 200], [(RECORDED, False), (RECORDED, True)]),
        ([100, 300], [100, 200], [(RECORDED, False), (RECORDED, True)]),
        ([300, 300], [100, 200], [(RECORDED, False), (RECORDED, True)]),
        ([150, 150], [100], [(DIFFERS, False), (DIFFERS, True)]),
    ],
)
def test_one_voucher_may_pay_several_things(
    amounts: list[int], on_record: list[int], expected: list[tuple[Result, bool]]
) -> None:
    """It is recorded part by part and may stand in the file as one; what claims a payment again is a duplicate."""
    rows = [row(number, "A", fen) for number, fen in enumerate(amounts, 1)]
    assert results(match(rows, [paid("A", fen) for fen in on_record], [])) == expected


@pytest.mark.parametrize(
    ("amounts", "open_amounts", "expected"),
    [
        ([100], [100, 200], [PAYABLE]),
        ([100], [100, 100], [AMBIGUOUS]),
        ([100, 100], [100], [AMBIGUOUS, AMBIGUOUS]),
        ([100, 200], [100, 200], [PAYABLE, PAYABLE]),
        ([101], [100], [UNKNOWN]),
        ([100], [], [UNKNOWN]),
    ],
)
def test_an_unrecorded_payment_is_suggested_for_what_has_that_amount_left(
    amounts: list[int], open_amounts: list[int], expected: list[Result]
) -> None:
    """Exactly one row for exactly one thing is a suggestion; anything else is for a person."""
    rows = [row(number, f"N-{number}", fen) for number, fen in enumerate(amounts, 1)]
    found = match(rows, [], [left(fen) for fen in open_amounts])
    assert [entry.result for entry in found.rows] == expected
    assert [len(entry.candidates) for entry in found.rows] == [open_amounts.count(fen) for fen in amounts]


def test_a_row_that_stands_twice_does_not_make_its_suggestion_doubtful() -> None:
    """The second one is a duplicate; the same voucher with another amount is a row of its own."""
    found = match([row(1, "A", 100), row(2, "A", 100), row(3, "A", 200)], [], [left(100), left(200)])
    assert results(found) == [(PAYABLE, False), (PAYABLE, True), (PAYABLE, False)]


def test_what_the_file_lacks_is_within_its_days() -> None:
    """Both ends count; what is voided, or shown with another amount, is not missing."""
    days = [date(2023, 5, day) for day in range(1, 10)]
    recorded = [paid(f"P-{day.day}", 100, day) for day in days]
    recorded += [paid("V", 100, days[4], days[5])]
    found = match([row(1, "P-3", 100, days[2]), row(2, "P-5", 999, days[4]), row(3, "X", 1, days[6])], recorded, [])
    assert [payment.voucher_no for payment in found.not_in_file] == ["P-4", "P-6", "P-7"]
    assert (found.first_day, found.last_day) == (days[2], days[6])


def test_the_sums_add_up() -> None:
    """All rows are duplicates or have one result."""
    rows = [row(1, "A", 100), row(2, "A", 100), row(3, "B", 50), row(4, "C", 7)]
    found = match(rows, [paid("A", 100), paid("B", 40), paid("D", 30)], [left(7)])
    sums = {result: total for result, total in found.by_result.items() if total.rows}
    assert sums == {RECORDED: (1, 100), DIFFERS: (1, 50), PAYABLE: (1, 7)}
    assert (found.total, found.duplicates, found.lacking) == ((4, 257), (1, 100), (1, 30))

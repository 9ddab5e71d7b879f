"""Files of payments: columns in any order and language, and every fault with its row and column."""

from datetime import date

import pytest

from app.documents import payment_file
from app.documents.payment_file import FilePayment
from app.rules.faults import Fault

HEADER = "voucher_no,amount,paid_on\n"


def faults(text: str) -> list[tuple[str, str]]:
    """Give what is wrong with a file, each by pointer and code."""
    return [(fault.pointer, fault.code) for fault in payment_file.read(text).faults]


@pytest.mark.parametrize(
    "text",
    [
        "voucher_no,amount,paid_on\nPZ-1,1234.50,2024-05-08\n",
        "\ufeff凭证号,金额,支付日期\r\nPZ-1,1234.5,2024/5/8\r\n",
        '付款日期,摘要,凭证编号,支付金额（元）\n2024年5月8日,一季度,PZ-1,"￥1,234.50"\n',
        'Paid_On , AMOUNT,voucher_no\n2024-5-8," ¥1234.50 ",PZ-1',
    ],
)
def test_columns_stand_in_any_order_under_any_of_their_names(text: str) -> None:
    """A byte order mark, Windows line ends, blanks, thousands separators and a currency sign change nothing."""
    found = payment_file.read(text)
    assert found.payments == (FilePayment(1, "PZ-1", 123_450, date(2024, 5, 8)),)
    assert found.faults == ()


def test_other_columns_are_named_and_not_read() -> None:
    """A bank's own columns do no harm, but nobody thinks that they were compared."""
    found = payment_file.read("凭证号,摘要,金额,支付日期,收款人\nPZ-1,=1,1.00,2024-05-08,x\n")
    assert found.ignored == ("摘要", "收款人")
    assert len(found.payments) == 1


@pytest.mark.parametrize(
    ("amount", "fen"),
    [("0.01", 1), ("1", 100), ('"12,345,678.9"', 1_234_567_890), ("10000000000000.00", 10**15), ("007.00", 700)],
)
def test_amounts_are_read_to_the_fen(amount: str, fen: int) -> None:
    assert payment_file.read(f"{HEADER}PZ-1,{amount},2024-05-08").payments[0].fen == fen


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("1.005", "amount-below-fen"),
        ("1.000", "amount-below-fen"),
        ("0.00", "amount-out-of-range"),
        ("10000000000000.01", "amount-out-of-range"),
        ("-5.00", "amount-malformed"),
        ('"1,23.00"', "amount-malformed"),
        ('"1234,500.00"', "amount-malformed"),
        ("1e3", "amount-malformed"),
        ("１２", "amount-malformed"),
        ("12元", "amount-malformed"),
        ("1.", "amount-malformed"),
        (".5", "amount-malformed"),
        ("¥", "amount-malformed"),
        ("=1+1", "amount-malformed"),
        ("9" * 16, "amount-malformed"),
        ("", "amount-malformed"),
    ],
)
def test_an_amount_that_could_mean_something_else_is_refused(amount: str, code: str) -> None:
    assert faults(f"{HEADER}PZ-1,{amount},2024-05-08") == [("/rows/1/amount", code)]


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2024-02-30", "day-malformed"),
        ("08/05/2024", "day-malformed"),
        ("2024-05/08", "day-malformed"),
        ("20240508", "day-malformed"),
        ("1999-12-31", "day-out-of-range"),
        ("2090-01-01", "day-out-of-range"),
        ("", "day-malformed"),
    ],
)
def test_a_day_that_there_is_not_is_refused(day: str, code: str) -> None:
    assert faults(f"{HEADER}PZ-1,1.00,{day}") == [("/rows/1/paid_on", code)]


def test_every_fault_is_named_with_its_row_and_column_at_once() -> None:
    """Rows count from the first one below the heading, blank ones too, as a spreadsheet shows them one further down."""
    text = f"{HEADER},x,y\n,,\nPZ-3,1,234.50,2024-05-08\nPZ-4,1.00,2024-05-08\nPZ-5,0.005,2024-05-08\n"
    assert faults(text) == [
        ("/rows/1/voucher_no", "voucher-missing"),
        ("/rows/1/amount", "amount-malformed"),
        ("/rows/1/paid_on", "day-malformed"),
        ("/rows/3", "wrong-number-of-cells"),
        ("/rows/5/amount", "amount-below-fen"),
    ]
    found = payment_file.read(text)
    assert [payment.row for payment in found.payments] == [4]
    (half,) = (fault for fault in found.faults if fault.code == "amount-below-fen")
    assert half.detail == "Row 5, column amount: '0.005' has more than two decimals."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("/header", "header-missing")]),
        ("\n\n", [("/header", "header-missing")]),
        (",,\nPZ-1,1.00,2024-05-08", [("/header", "header-missing")]),
        ("PZ-1,1.00,2024-05-08", [(f"/header/{name}", "column-missing") for name in payment_file.HEADINGS]),
        ("凭证号,金额,amount,支付日期\n", [("/header/amount", "column-twice")]),
        (HEADER, [("/rows", "no-rows")]),
        (f"{HEADER},,\n", [("/rows", "no-rows")]),
        (f'{HEADER}"PZ-1,1.00,2024-05-08\n', [("", "csv-unreadable")]),
        (f'{HEADER}"PZ"-1,1.00,2024-05-08\n', [("", "csv-unreadable")]),
        (f"{HEADER}{'P' * 101},1.00,2024-05-08", [("/rows/1/voucher_no", "voucher-malformed")]),
        (f"{HEADER}P\u200bZ,1.00,2024-05-08", [("/rows/1/voucher_no", "voucher-malformed")]),
        (HEADER + "PZ-1,1.00,2024-05-08\n" * 5001, [("/rows", "too-many-rows")]),
    ],
)
def test_a_file_that_is_none_is_refused(text: str, expected: list[tuple[str, str]]) -> None:
    assert faults(text) == expected


def test_five_thousand_rows_are_read() -> None:
    """The largest file, and where its last row is wrong, that one alone."""
    text = HEADER + "".join(f"PZ-{number},1.00,2024-05-08\n" for number in range(4999)) + "PZ,0,2024-05-08\n"
    found = payment_file.read(text)
    assert len(found.payments) == 4999
    assert [fault.pointer for fault in found.faults] == ["/rows/5000/amount"]
    assert all(isinstance(fault, Fault) for fault in found.faults)

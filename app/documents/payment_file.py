"""A file of payments as finance offices keep them: voucher, amount, day; faults are named by row and column."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.documents import csv_rows
from app.rules.faults import Fault
from app.rules.money import parse_yuan, yuan
from app.values import FIRST_DAY, LARGEST_FEN, LAST_DAY

MOST_ROWS = 5000
HEADINGS = {
    "voucher_no": ("凭证号", "凭证编号"),
    "amount": ("金额", "支付金额", "金额（元）", "金额(元)", "支付金额（元）", "支付金额(元)"),
    "paid_on": ("支付日期", "付款日期"),
}
"""The columns, and how a file may call them in Chinese."""

_LONGEST_VOUCHER = 100
_PLACES_OF_YUAN = 2
_AMOUNT = re.compile(r"[¥￥]?(\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.(\d+))?", re.ASCII)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)", re.ASCII)


@dataclass(frozen=True, slots=True)
class FilePayment:
    """A row of the file; the first one below the heading has the number 1."""

    row: int
    voucher_no: str
    fen: int
    paid_on: date


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """The payments of a file, its other columns, and what is wrong with it, in the order of its rows."""

    payments: tuple[FilePayment, ...]
    ignored: tuple[str, ...]
    faults: tuple[Fault, ...]


class _UnreadableError(Exception):
    """A cell that says nothing that could be taken: its code, what is wrong, and what to write."""

    def __init__(self, code: str, detail: str, remedy: str) -> None:
        self.code, self.detail, self.remedy = code, detail, remedy
        super().__init__(detail)


def read(text: str) -> PaymentFile:
    """Read a file; pointers begin with `/header` or `/rows`."""
    table = csv_rows.read(text, HEADINGS, MOST_ROWS)
    payments: list[FilePayment] = []
    faults = list(table.faults)
    for row in table.rows:
        found: dict[str, Any] = {}
        wrong = list(_read_cells(row, found))
        faults += wrong
        if not wrong:
            payments.append(FilePayment(row.number, found["voucher_no"], found["amount"], found["paid_on"]))
    if not table.rows and not faults:
        faults.append(Fault("/rows", "no-rows", "The file has no payment below its heading.", "Send at least one."))
    return PaymentFile(tuple(payments), table.ignored, tuple(sorted(faults, key=_place)))


def _place(fault: Fault) -> int:
    number = fault.pointer.removeprefix("/rows/").split("/")[0]
    return int(number) if number.isdigit() else 0


def _read_cells(row: csv_rows.Row, found: dict[str, Any]) -> Iterator[Fault]:
    """Read the cells of a row into `found`, and give what is wrong with them."""
    for name, read_cell in _READERS.items():
        try:
            found[name] = read_cell(row.cells[name])
        except _UnreadableError as error:
            detail = f"Row {row.number}, column {name}: {error.detail}"
            yield Fault(f"/rows/{row.number}/{name}", error.code, detail, error.remedy)


def _voucher(cell: str) -> str:
    remedy = f"Give the voucher's number, 1 to {_LONGEST_VOUCHER} characters."
    if not cell:
        raise _UnreadableError("voucher-missing", "there is no voucher number.", remedy)
    if len(cell) > _LONGEST_VOUCHER or not cell.isprintable():
        raise _UnreadableError("voucher-malformed", "this is no voucher number.", remedy)
    return cell


def _amount(cell: str) -> int:
    remedy = 'Write it in yuan, like "1234.50" or "1,234.50".'
    written = _AMOUNT.fullmatch(cell)
    if written is None:
        raise _UnreadableError("amount-malformed", f"'{cell[:40]}' is no amount that was paid.", remedy)
    whole, places = written[1].replace(",", ""), written[2] or "0"
    if len(places) > _PLACES_OF_YUAN:
        raise _UnreadableError("amount-below-fen", f"'{cell[:40]}' has more than two decimals.", remedy)
    fen = parse_yuan(f"{whole}.{places}")
    if not 0 < fen <= LARGEST_FEN:
        detail = f"'{cell[:40]}' is not above 0 and at most {yuan(LARGEST_FEN)}."
        raise _UnreadableError("amount-out-of-range", detail, remedy)
    return fen


def _day(cell: str) -> date:
    remedy = 'Write it like "2024-03-26", "2024/3/26" or "2024年3月26日".'
    written = _DAY.fullmatch(cell)
    if written is None:
        raise _UnreadableError("day-malformed", f"'{cell[:40]}' is no day.", remedy)
    year, month, day = (int(part) for part in written.groups() if part)
    try:
        found = date(year, month, day)
    except ValueError:
        raise _UnreadableError("day-malformed", f"there is no day '{cell}'.", remedy) from None
    if not FIRST_DAY <= found <= LAST_DAY:
        detail = f"{found} does not lie between {FIRST_DAY} and {LAST_DAY}."
        raise _UnreadableError("day-out-of-range", detail, remedy)
    return found


_READERS: dict[str, Callable[[str], Any]] = {"voucher_no": _voucher, "amount": _amount, "paid_on": _day}

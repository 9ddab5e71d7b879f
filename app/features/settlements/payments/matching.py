"""Compares a file of payments with those on record, by voucher and amount (对账); it writes nothing."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.documents import payment_file
from app.documents.payment_file import FilePayment
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.contracts import queries as contract_queries
from app.features.settlements.papers import queries as paper_queries

MOST_FAULTS = 50
"""So many things that are wrong with a file are named at once."""


class Result(StrEnum):
    """What became of a row of the file."""

    RECORDED = "recorded"
    """A payment with that voucher and amount is on record."""
    AMOUNT_DIFFERS = "amount_differs"
    """The voucher is on record with another amount."""
    VOIDED = "voided"
    """The voucher is on record, and voided."""
    PAYABLE = "payable"
    """Not on record; exactly one settlement or payout has that amount left."""
    AMBIGUOUS = "ambiguous"
    """Not on record; several have that amount left, or several rows want the one that has."""
    UNKNOWN = "unknown"
    """Not on record, and nothing has that amount left."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A payment on record; `subject` names the payment period or the payout that it pays."""

    payment_id: uuid.UUID
    settlement_id: uuid.UUID | None
    payout_id: uuid.UUID | None
    subject: str
    voucher_no: str
    fen: int
    paid_on: date
    voided_on: date | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An approved settlement or payout of which that much is left to pay."""

    settlement_id: uuid.UUID | None
    payout_id: uuid.UUID | None
    subject: str
    left_fen: int


@dataclass(frozen=True, slots=True)
class Matched:
    """A row of the file with what it meets.

    It is a duplicate where an earlier row has claimed the same payment, or has the same voucher and amount.
    """

    row: FilePayment
    result: Result
    payments: tuple[Recorded, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    duplicate: bool = False

    @property
    def paid_on_differs(self) -> bool:
        """Tell whether the payment on record bears another day."""
        return self.result is Result.RECORDED and any(p.paid_on != self.row.paid_on for p in self.payments)


class Total(NamedTuple):
    """So many rows, and so many fen."""

    rows: int
    fen: int


@dataclass(frozen=True, slots=True)
class Matching:
    """The whole comparison; `not_in_file` are payments on record within the file's days that it lacks."""

    rows: Sequence[Matched]
    not_in_file: Sequence[Recorded]
    first_day: date
    last_day: date
    ignored: Sequence[str] = ()

    @property
    def total(self) -> Total:
        """Sum all rows, duplicates too."""
        return _total(entry.row.fen for entry in self.rows)

    @property
    def by_result(self) -> Mapping[Result, Total]:
        """Sum the rows by what became of them, duplicates left out."""
        return {
            result: _total(entry.row.fen for entry in self.rows if entry.result is result and not entry.duplicate)
            for result in Result
        }

    @property
    def duplicates(self) -> Total:
        """Sum the rows that claim again what an earlier one has claimed."""
        return _total(entry.row.fen for entry in self.rows if entry.duplicate)

    @property
    def lacking(self) -> Total:
        """Sum the payments that the file lacks."""
        return _total(payment.fen for payment in self.not_in_file)


def _total(amounts: Iterable[int]) -> Total:
    found = list(amounts)
    return Total(len(found), sum(found))


def match_file(session: Session, caller: Caller, contract_id: uuid.UUID, text: str) -> Matching:
    """Compare a file with a contract's payments; refuses one that cannot be read, by row and column."""
    if contract_queries.contract(session, caller.centers, contract_id) is None:
        raise NotFound("There is no such contract.", pointer="/path/contract_id")
    file = payment_file.read(text)
    if file.faults:
        faults = [fault.under("/csv") for fault in file.faults[:MOST_FAULTS]]
        more = f" ({len(file.faults)} errors in all.)" if len(file.faults) > 1 else ""
        raise Invalid(f"{faults[0].pointer}: {faults[0].detail}{more}", faults=faults)
    recorded = [_recorded(row) for row in paper_queries.payments(session, contract_id)]
    settlements = paper_queries.unpaid_settlements(session, contract_id)
    payouts = paper_queries.unpaid_payouts(session, contract_id)
    candidates = [Candidate(row["id"], None, row["name"], row["left_fen"]) for row in settlements]
    candidates += [Candidate(None, row["id"], row["name"], row["left_fen"]) for row in payouts]
    return match(file.payments, recorded, candidates, file.ignored)


def _recorded(row: RowMapping) -> Recorded:
    owners = (row["settlement_id"], row["payout_id"], row["subject"])
    return Recorded(row["id"], *owners, row["voucher_no"], row["amount_fen"], row["paid_on"], row["voided_on"])


# ---------------------------------------------------------------- the comparison


class _Vouchers:
    """What is on record by voucher, and what of it rows of the file have claimed so far."""

    def __init__(self, recorded: Iterable[Recorded], rows: Sequence[FilePayment]) -> None:
        """Sort what is on record by voucher, and sum the file by it."""
        self.live: dict[str, list[Recorded]] = {}
        self.voided: dict[str, list[Recorded]] = {}
        for payment in recorded:
            (self.live if payment.voided_on is None else self.voided).setdefault(payment.voucher_no, []).append(payment)
        self._claimed: set[uuid.UUID] = set()
        self._in_file: Counter[str] = Counter()
        for row in rows:
            self._in_file[row.voucher_no] += row.fen

    def claim(self, row: FilePayment, *, again: bool) -> Matched | None:
        """Give what a row meets by its voucher; None where no payment of that number stands."""
        live = self.live.get(row.voucher_no, [])
        equal = [payment for payment in live if payment.fen == row.fen]
        free = [payment for payment in equal if payment.payment_id not in self._claimed]
        if free:
            self._claimed.add(free[0].payment_id)
            return Matched(row, Result.RECORDED, (free[0],))
        if equal:
            return Matched(row, Result.RECORDED, (equal[0],), duplicate=True)
        total = sum(payment.fen for payment in live)
        if live and total == self._in_file[row.voucher_no]:
            # One transfer may pay several things, or stand in several rows of the file: its voucher's sums agree.
            return Matched(row, Result.RECORDED, tuple(live))
        if live and total == row.fen:
            ids = {payment.payment_id for payment in live}
            claimed = bool(ids & self._claimed)
            self._claimed |= ids
            return Matched(row, Result.RECORDED, tuple(live), duplicate=claimed or again)
        return Matched(row, Result.AMOUNT_DIFFERS, tuple(live), duplicate=again) if live else None


def match(
    rows: Sequence[FilePayment],
    recorded: Sequence[Recorded],
    candidates: Sequence[Candidate],
    ignored: Sequence[str] = (),
) -> Matching:
    """Compare rows of a file, at least one, with the payments on record and with what is left to pay."""
    vouchers, again = _Vouchers(recorded, rows), _repeated(rows)
    # So many rows want an amount that is left: one that two want is nobody's by itself.
    wanted = Counter(row.fen for row in rows if row.voucher_no not in vouchers.live and row.row not in again)
    matched = []
    for row in rows:
        found = vouchers.claim(row, again=row.row in again)
        if found is None:
            left = tuple(entry for entry in candidates if entry.left_fen == row.fen)
            voided = tuple(vouchers.voided.get(row.voucher_no, ()))
            result = Result.VOIDED if voided else _by_amount(len(left), wanted[row.fen])
            found = Matched(row, result, voided, left, duplicate=row.row in again)
        matched.append(found)
    days = [row.paid_on for row in rows]
    shown = {payment.payment_id for entry in matched for payment in entry.payments}
    lacking = [
        payment
        for payment in recorded
        if payment.voided_on is None and payment.payment_id not in shown and min(days) <= payment.paid_on <= max(days)
    ]
    return Matching(matched, lacking, min(days), max(days), ignored)


def _by_amount(left: int, wanted: int) -> Result:
    if left == 0:
        return Result.UNKNOWN
    return Result.PAYABLE if left == wanted == 1 else Result.AMBIGUOUS


def _repeated(rows: Sequence[FilePayment]) -> set[int]:
    """Name the rows whose voucher stands with the same amount in an earlier one."""
    first: dict[tuple[str, int], int] = {}
    for row in rows:
        first.setdefault((row.voucher_no, row.fen), row.row)
    return {row.row for row in rows if first[row.voucher_no, row.fen] != row.row}

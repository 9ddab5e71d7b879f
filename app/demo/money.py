"""What a data file says of money: opening balances, settlements with their payments, payouts and releases."""

from collections.abc import Iterator
from functools import partial

from app.demo.facts import Books, Data, Fact
from app.features.settlements import service
from app.features.settlements.opening import service as opening
from app.features.settlements.payments import service as payments
from app.features.settlements.payouts import releases
from app.features.settlements.payouts import service as payouts
from app.models.payouts import payout_id
from app.rules.money import parse_yuan


def opening_balances(data: Data) -> Iterator[Fact]:
    """Give the balance that was taken over: drafted, and approved by another person."""
    if entry := data.get("opening_balance"):
        yield Fact(entry["drafted_on"], partial(_draft_opening, entry=entry))
        yield Fact(entry["approved_on"], partial(_approve, key="opening", entry=entry))


def settlements(data: Data) -> Iterator[Fact]:
    """Give each settlement on the days of its draft, its approval and its payments."""
    for entry in data.get("settlements", ()):
        yield Fact(entry["drafted_on"], partial(_draft, entry=entry))
        yield Fact(entry["approved_on"], partial(_approve, key=entry["payment_period"], entry=entry))
        yield from _paid(entry, entry["payment_period"], "settlement_id")


def fund_payments(data: Data) -> Iterator[Fact]:
    """Give each release and payout on the days of its draft, its approval and its payments."""
    for entry in data.get("releases", ()):
        yield Fact(entry["drafted_on"], partial(_release, entry=entry))
    for entry in (*data.get("releases", ()), *data.get("payouts", ())):
        yield Fact(entry["approved_on"], partial(_approve_payout, entry=entry))
        yield from _paid(entry, entry["subject"], "payout_id")


def _draft_opening(books: Books, entry: Data) -> None:
    new = opening.NewOpening(
        as_of=entry["as_of"],
        amounts={word: parse_yuan(value) for word, value in entry["amounts"].items()},
        source=entry["source"],
        assumption=entry["assumption"],
    )
    drafted = opening.draft(books.session, books.supervisor, books.contract, new, on=entry["drafted_on"])
    books.money["opening"] = drafted


def _draft(books: Books, entry: Data) -> None:
    period, day = entry["payment_period"], entry["drafted_on"]
    books.money[period] = service.draft(books.session, books.supervisor, books.contract, period, on=day)


def _approve(books: Books, key: str, entry: Data) -> None:
    service.approve(books.session, books.finance, books.contract, books.money[key], on=entry["approved_on"])


def _release(books: Books, entry: Data) -> None:
    drafted = releases.draft_release(
        books.session,
        books.supervisor,
        books.contract,
        entry["release"],
        entry.get("event_on"),
        entry.get("document"),
        drafted_on=entry["drafted_on"],
    )
    books.money[entry["subject"]] = drafted


def _approve_payout(books: Books, entry: Data) -> None:
    id_ = books.money[entry["subject"]] = payout_id(books.contract, entry["subject"])
    payouts.approve(books.session, books.finance, books.contract, id_, on=entry["approved_on"])


def _paid(entry: Data, key: str, of: str) -> Iterator[Fact]:
    for paid in entry.get("payments", ()):
        yield Fact(paid["paid_on"], partial(_pay, key=key, of=of, paid=paid))
        if "voided_on" in paid:
            yield Fact(paid["voided_on"], partial(_void, paid=paid))


def _pay(books: Books, key: str, of: str, paid: Data) -> None:
    new = payments.NewPayment(
        settlement_id=books.money[key] if of == "settlement_id" else None,
        payout_id=books.money[key] if of == "payout_id" else None,
        amount_fen=parse_yuan(paid["amount"]),
        paid_on=paid["paid_on"],
        voucher_no=paid["voucher_no"],
        invoice_no=paid.get("invoice_no"),
    )
    books.money[paid["voucher_no"]] = payments.record(books.session, books.finance, books.contract, new)


def _void(books: Books, paid: Data) -> None:
    payment, day = books.money[paid["voucher_no"]], paid["voided_on"]
    payments.void(books.session, books.finance, books.contract, payment, day, paid["voided_reason"])

"""What a data file says of the vendor's answers to notices: acknowledgements, and rectifications with their judging."""

from collections.abc import Iterator
from datetime import date, datetime, time
from functools import partial

from app.clock import BUSINESS_ZONE
from app.demo.facts import Books, Data, Fact
from app.features.assessments import acknowledgements, answer_queries, months, rectifications
from app.features.assessments.rectifications import Judgement
from app.models import Assessment
from app.models.words import Verification
from app.rules.periods import Period


def acknowledged_notices(data: Data) -> Iterator[Fact]:
    """Give each acknowledgement on its day."""
    for entry in data.get("acknowledgements", ()):
        yield Fact(entry["acknowledged_on"], partial(_acknowledge, entry=entry))


def rectified_findings(data: Data) -> Iterator[Fact]:
    """Give, month by month, the submissions about its standing findings, and their verification."""
    for entry in data.get("rectifications", ()):
        yield Fact(entry["submitted_on"], partial(_submit, entry=entry))
        yield Fact(entry["verified_on"], partial(_verify, entry=entry))


def _month(books: Books, entry: Data) -> Assessment:
    return months.hold(books.session, books.caller, books.contract, Period.parse(entry["period"]))


def _acknowledge(books: Books, entry: Data) -> None:
    month = _month(books, entry)
    acknowledgements.acknowledge(
        books.session, books.caller, month.vendor_id, month.id, _noon(entry["acknowledged_on"])
    )


def _submit(books: Books, entry: Data) -> None:
    month = _month(books, entry)
    for finding in answer_queries.standing_findings(books.session, month.contract_id, month.period):
        said = (entry["description"], (), _noon(entry["submitted_on"]))
        rectifications.submit(books.session, books.caller, month.vendor_id, finding, *said)


def _verify(books: Books, entry: Data) -> None:
    month = _month(books, entry)
    verified = Judgement(outcome=Verification.VERIFIED, judged_on=entry["verified_on"])
    for finding in answer_queries.standing_findings(books.session, month.contract_id, month.period):
        rectifications.judge(books.session, books.caller, month.contract_id, finding, verified)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), BUSINESS_ZONE)

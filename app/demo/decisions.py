"""What a data file says of the time after a notice: appeals with their decisions, revisions, annual assessments."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from uuid import UUID

from app.demo.facts import Books, Data, Fact, result_of, score_of
from app.features.assessments import annual, appeals, revisions
from app.features.assessments.results import Result
from app.models.words import AppealOutcome
from app.rules.periods import Period


def decided_appeals(data: Data) -> Iterator[Fact]:
    """Give each appeal on the day of its decision."""
    for entry in data.get("appeals", ()):
        yield Fact(entry["decided_on"], partial(_decide, entry=entry))


def revised_months(data: Data) -> Iterator[Fact]:
    """Give each revision on its day."""
    for entry in data.get("revisions", ()):
        yield Fact(entry["revised_on"], partial(_revise, entry=entry))


def annual_assessments(data: Data) -> Iterator[Fact]:
    """Give each annual assessment on the day on which it was held."""
    for entry in data.get("annual_assessments", ()):
        yield Fact(entry["held_on"], partial(_hold, entry=entry))


def _decide(books: Books, entry: Data) -> None:
    decision = appeals.Decision(
        appealed_on=entry["appealed_on"],
        outcome=AppealOutcome(entry["outcome"]),
        decided_on=entry["decided_on"],
        reason=entry["reason"],
        grounds=entry.get("grounds"),
        document_no=entry.get("document_no"),
        result=_new_result(entry),
        withdrawn=_withdrawn(books, entry),
    )
    period = Period.parse(entry["period"])
    appeals.decide_appeal(books.session, books.supervisor, books.contract, period, decision)


def _revise(books: Books, entry: Data) -> None:
    notice = entry.get("notice")
    revision = revisions.Revision(
        reason=entry["reason"],
        revised_on=entry["revised_on"],
        result=_new_result(entry),
        notice=revisions.Notice(notice["notified_on"], notice.get("document_no")) if notice else None,
        withdrawn=_withdrawn(books, entry),
    )
    revisions.revise(books.session, books.caller, books.contract, Period.parse(entry["period"]), revision)


def _hold(books: Books, entry: Data) -> None:
    holding = annual.Holding(
        year=entry["year"],
        held_on=entry["held_on"],
        score=score_of(entry["score"]) if "score" in entry else None,
        review=Decimal(entry["review"]) if "review" in entry else None,
    )
    annual.hold(books.session, books.caller, books.contract, holding)
    if "notified_on" in entry:
        notice = (entry["notified_on"], entry.get("document_no"))
        annual.notify(books.session, books.caller, books.contract, entry["year"], *notice)


def _new_result(entry: Data) -> Result | None:
    return result_of(entry) if "score" in entry or "criteria" in entry else None


def _withdrawn(books: Books, entry: Data) -> Sequence[UUID]:
    return [books.findings[key] for key in entry.get("withdraw", ())]

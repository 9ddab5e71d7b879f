"""What a data file says of the time after a notice: appeals with their decisions, revisions, annual assessments."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from app.demo.facts import Books, Data, Fact, result_of, score_of
from app.errors import KaoheError
from app.features.assessments.results import Result
from app.models.words import AppealOutcome
from app.rules.periods import Period
from app.rules.scores import Score

_Decided = TypeVar("_Decided", "AppealDecision", "Revision", "AnnualAssessment")


class NothingCarriesThisOut(KaoheError):
    """A data file states a fact for which the program has no service."""

    code = "nothing-carries-this-out"
    title = "The data file states what the program cannot record"
    remedy = "Take the entry out of the data file, or call the service that records it in app/demo/decisions.py."


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealDecision:
    """申诉: an appeal against a notified month and its decision; `withdraw` names findings by their keys."""

    period: Period
    appealed_on: date
    grounds: str | None
    outcome: AppealOutcome
    decided_on: date
    document_no: str | None
    reason: str
    withdraw: tuple[str, ...]
    result: Result | None
    """The month's new result; None where the old one stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """考核通报: the day and the number of the paper."""

    notified_on: date
    document_no: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A correction of a notified month: of its result, of its notice, of its findings; None is what stands."""

    period: Period
    revised_on: date
    reason: str
    result: Result | None
    notice: Notice | None
    withdraw: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualAssessment:
    """年度考核: held on a day, with the score where it is entered and the review where the clause weighs one in."""

    year: int
    held_on: date
    score: Score | None
    review: Decimal | None
    notice: Notice | None


def appeals(data: Data) -> Iterator[Fact]:
    """Give each appeal on the day of its decision."""
    for entry in data.get("appeals", ()):
        decision = AppealDecision(
            period=Period.parse(entry["period"]),
            appealed_on=entry["appealed_on"],
            grounds=entry.get("grounds"),
            outcome=AppealOutcome(entry["outcome"]),
            decided_on=entry["decided_on"],
            document_no=entry.get("document_no"),
            reason=entry["reason"],
            withdraw=tuple(entry.get("withdraw", ())),
            result=_new_result(entry),
        )
        yield Fact(decision.decided_on, _calls(decide_appeal, decision))


def revisions(data: Data) -> Iterator[Fact]:
    """Give each revision on its day."""
    for entry in data.get("revisions", ()):
        revision = Revision(
            period=Period.parse(entry["period"]),
            revised_on=entry["revised_on"],
            reason=entry["reason"],
            result=_new_result(entry),
            notice=_notice(entry["notice"]) if "notice" in entry else None,
            withdraw=tuple(entry.get("withdraw", ())),
        )
        yield Fact(revision.revised_on, _calls(revise, revision))


def annual_assessments(data: Data) -> Iterator[Fact]:
    """Give each annual assessment on the day on which it was held."""
    for entry in data.get("annual_assessments", ()):
        held = AnnualAssessment(
            year=entry["year"],
            held_on=entry["held_on"],
            score=score_of(entry["score"]) if "score" in entry else None,
            review=Decimal(entry["review"]) if "review" in entry else None,
            notice=_notice(entry) if "notified_on" in entry else None,
        )
        yield Fact(held.held_on, _calls(hold_annual_assessment, held))


def decide_appeal(_books: Books, decision: AppealDecision) -> None:
    """Record an appeal's decision through the service of appeals; refused while there is none."""
    raise NothingCarriesThisOut(f"The appeal against {decision.period}, decided on {decision.decided_on}.")


def revise(_books: Books, revision: Revision) -> None:
    """Record a revision through the service of revisions; refused while there is none."""
    raise NothingCarriesThisOut(f"The revision of {revision.period} on {revision.revised_on}.")


def hold_annual_assessment(_books: Books, held: AnnualAssessment) -> None:
    """Record an annual assessment and its notice through the service; refused while there is none."""
    raise NothingCarriesThisOut(f"The annual assessment of {held.year}, held on {held.held_on}.")


def _new_result(entry: Data) -> Result | None:
    return result_of(entry) if "score" in entry or "criteria" in entry else None


def _notice(entry: Data) -> Notice:
    return Notice(notified_on=entry["notified_on"], document_no=entry.get("document_no"))


def _calls(record: Callable[[Books, _Decided], None], decided: _Decided) -> Callable[[Books], None]:
    return lambda books: record(books, decided)

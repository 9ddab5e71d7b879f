"""How each payout stands: what it comes to by the terms and the record, what is missing, how its text may be read."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.assessments.results import read_score
from app.features.settlements.payouts import release_amounts
from app.features.settlements.payouts.dues import Due, dues
from app.features.settlements.payouts.facts import PayoutFacts, gather
from app.models.words import MoneyStatus, Rest
from app.rules import payouts as rules
from app.rules.clauses import AllOrNothing, Holdback, PayoutByScore, ProratedPayout, Reading, ScoreAward
from app.rules.lines import Line
from app.rules.missing import Missing, MissingAnswerError, need
from app.rules.money import parse_yuan
from app.rules.payouts import ReadingFigure
from app.rules.score_payouts import YearResult, by_year_score
from app.rules.workings import Label, Step, Working

Choice = Mapping[str, Any]
"""A row of `payout_readings`, on record or about to be."""


class PayoutStatus(StrEnum):
    """How far a payout has come."""

    INCOMPLETE = "incomplete"
    AMBIGUOUS = "ambiguous"
    DRAFT = "draft"
    APPROVED = "approved"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Decided:
    """What a payout comes to, in fen, with its written steps; or what is missing, or that its text is not yet read."""

    fen: int | None = None
    forfeited: int = 0
    steps: tuple[dict[str, Any], ...] = ()
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A payout as the terms give it, what is on record of it, and what it comes to today."""

    due: Due
    row: RowMapping | None
    choice: Choice | None
    """The choice of a reading that stands."""
    decided: Decided
    held: int
    """What the fund holds now, in fen."""
    readings: tuple[ReadingFigure, ...] = ()
    """What each reading of a prorated payout gives, with each candidate for the excluded sum."""
    notes: tuple[Label, ...] = ()

    @property
    def version(self) -> int:
        """Give the version of the row; 0 where nothing is on record."""
        return self.row["version"] if self.row else 0

    @property
    def status(self) -> PayoutStatus:
        """Say how far it has come."""
        if self.row and self.row["status"] is MoneyStatus.APPROVED:
            paid = self.row["paid_fen"] == self.row["amount_fen"]
            return PayoutStatus.PAID if paid else PayoutStatus.APPROVED
        if self.decided.missing:
            return PayoutStatus.INCOMPLETE
        return PayoutStatus.AMBIGUOUS if self.decided.fen is None else PayoutStatus.DRAFT

    @property
    def spread(self) -> int | None:
        """Give how far the readings lie apart, in fen; None where not even one gives a figure."""
        amounts = [figure.line.fen for figure in self.readings if figure.line]
        return max(amounts) - min(amounts) if amounts else None

    def is_chosen(self, figure: ReadingFigure) -> bool:
        """Tell whether a figure is that of the choice: by its reading, and with the sum that was recorded."""
        if self.choice is None or figure.reading.code != self.choice["reading"]:
            return False
        inputs: dict[str, str] = self.choice["inputs"]
        return not figure.reading.less_excluded or inputs.items() <= dict(figure.inputs).items()


def facts_of(session: Session, contract_id: uuid.UUID) -> PayoutFacts:
    """Read what the payouts of a contract are decided by; the caller has been let into the contract."""
    return PayoutFacts(gather(session, [contract_id])[contract_id])


def stand(facts: PayoutFacts, today: date) -> dict[uuid.UUID, Standing]:
    """Say how every payout of a contract stands, by its id."""
    return {due.id: _standing(facts, due, today) for due in dues(facts, today)}


def _standing(facts: PayoutFacts, due: Due, today: date) -> Standing:
    row = facts.rows.get(due.subject)
    choice = facts.choice(due.id) if row else None
    held = facts.held(due.source)
    notes: tuple[Label, ...] = ()
    figures: tuple[ReadingFigure, ...] = ()
    if isinstance(due.clause, ProratedPayout):
        record = facts.record(due.version, due.last)
        figures, notes = rules.readings(due.clause, due.pointer, record), rules.notes(due.clause, record)
    if row is not None and row["status"] is MoneyStatus.APPROVED:
        decided = Decided(row["amount_fen"], row["forfeited_fen"], tuple(row["steps"]))
    else:
        decided = decide(facts, due, choice, today)
    return Standing(due, row, choice, decided, held, figures, notes)


def decide(facts: PayoutFacts, due: Due, choice: Choice | None, today: date) -> Decided:
    """Say what a payout comes to now, by the choice of a reading where one is needed."""
    try:
        if not due.in_force:
            zh, en = "现行条款不再约定此项支付", "a clause of the terms in force that still states this payout"
            raise need("clause", "/terms/money", zh, en)
        match due.clause:
            case ProratedPayout() as clause:
                return _prorated(facts, due, clause, choice)
            case Holdback():
                row = facts.rows.get(due.subject)
                return of_line(release_amounts.returned(facts, due, row["event_on"] if row else None, today))
            case clause:
                return _by_score(facts, due, clause)
    except MissingAnswerError as silent:
        return Decided(missing=(silent.missing,))


def of_line(line: Line, forfeited: int = 0) -> Decided:
    """Say that a payout comes to what was reckoned."""
    return Decided(line.fen, forfeited, written(line.steps))


def written(steps: tuple[Step, ...]) -> tuple[dict[str, Any], ...]:
    """Write steps as they are stored and shown."""
    return tuple(step.written() for step in steps)


def forfeiture(standing: Standing) -> tuple[dict[str, Any], ...]:
    """Write how what is forfeited follows: from what was held for the payout, less what it pays out."""
    decided, due = standing.decided, standing.due
    if decided.fen is None:
        return ()
    return forfeited_by(due.pointer, due.address, decided.fen, decided.forfeited)


def forfeited_by(pointer: str, address: str, fen: int, forfeited: int) -> tuple[dict[str, Any], ...]:
    """Write how what a payout of `fen` by the clause at `pointer` forfeits follows; nothing where it forfeits none."""
    if not forfeited:
        return ()
    working, source = Working(pointer), f"{address.rsplit('/', 2)[0]}/holdbacks"
    held = working.fen(Label("支付前预留", "held for it before"), fen + forfeited, source)
    paid = working.fen(Label("支付金额", "paid out"), fen, address)
    working.subtract(Label("不再支付的余额", "forfeited"), held, paid)
    return written(working.steps)


# ---------------------------------------------------------------- prorated


def _prorated(facts: PayoutFacts, due: Due, clause: ProratedPayout, choice: Choice | None) -> Decided:
    missing = list(rules.check_record(clause, due.pointer, facts.record(due.version, due.last)))
    known = {reading.code: reading for reading in clause.readings}
    if choice is not None and choice["reading"] not in known:
        # The text was amended since: what was chosen is no reading of it any more.
        choice = None
    reading = known[choice["reading"]] if choice else clause.readings[0] if len(known) == 1 else None
    if reading is None:
        # Without any candidate the figures cannot even be laid side by side.
        unknown = not clause.candidates and any(reading.less_excluded for reading in clause.readings)
        return Decided(missing=(*missing, *([_excluded(clause, due)] if unknown else [])))
    inputs: dict[str, str] = choice["inputs"] if choice else {}
    if reading.less_excluded and clause.excluded not in inputs:
        missing.append(_excluded(clause, due))
    if missing:
        return Decided(missing=tuple(missing))
    excluded = parse_yuan(inputs[clause.excluded]) if reading.less_excluded else None
    rest = choice["rest"] if choice else Rest.HELD
    return read_as(facts, due, clause, reading, excluded, rest)


def _excluded(clause: ProratedPayout, due: Due) -> Missing:
    zh, en = f"{clause.excluded}的金额未确定", f"the amount of {clause.excluded}, recorded with the reading"
    return need(clause.excluded, f"/terms{due.pointer}/excluded", zh, en).missing


def read_as(
    facts: PayoutFacts, due: Due, clause: ProratedPayout, reading: Reading, excluded: int | None, rest: Rest
) -> Decided:
    """Reckon a prorated payout by a reading, and what becomes of the rest that is held for its year.

    Raises MissingAnswerError where the excluded sum cannot be right.
    """
    record = facts.record(due.version, due.last)
    line = rules.prorated(clause, due.pointer, record, reading, excluded, due.address)
    held = facts.held_of(due.source, due.months)
    if rest is Rest.RELEASED and held > line.fen:
        return _with_rest(due, line, held, facts.funds_address)
    return of_line(line, max(0, held - line.fen) if rest is Rest.FORFEITED else 0)


def _with_rest(due: Due, line: Line, held: int, source: str) -> Decided:
    """Pay the rest out as well: a further step after those of the payout."""
    working = Working(due.pointer)
    payout = working.absorb(line.steps)
    kept = working.fen(Label(f"{due.year}年度预留余额", f"held for {due.year}"), held, source)
    rest = working.subtract(Label("返还的余额", "the rest, released"), kept, payout)
    total = working.add(Label("绩效考核金及返还的余额", "payout with the rest released"), payout, rest)
    return Decided(int(total.value * 100), 0, written(working.steps))


# ---------------------------------------------------------------- by the year's score


def _by_score(facts: PayoutFacts, due: Due, clause: PayoutByScore | ScoreAward | AllOrNothing) -> Decided:
    """Reckon what the year's score earns of what is held for the year; the rest is forfeited.

    What releases still return of the year is left to them.
    """
    missing = _unsettled(facts, due)
    held, promised = facts.held_of(due.source, due.months), release_amounts.promised(facts, due)
    try:
        line = by_year_score(clause, due.pointer, held, promised, facts.funds_address, _result(facts, due))
    except MissingAnswerError as silent:
        return Decided(missing=(*missing, silent.missing))
    return Decided(missing=missing) if missing else of_line(line, max(held - promised, 0) - line.fen)


def _unsettled(facts: PayoutFacts, due: Due) -> tuple[Missing, ...]:
    """Name the months of the year of which nothing is held yet because they are not settled."""
    months = sorted(due.months - facts.settled)
    if not months:
        return ()
    listed = ", ".join(map(str, months))
    zh, en = f"{listed}尚未结算，考核金尚未预留", f"the approved settlement of {listed}, by which it is held back"
    return (need("settlement", "/settlements", zh, en).missing,)


def _result(facts: PayoutFacts, due: Due) -> YearResult:
    year = due.year or due.last.year
    source = f"{facts.address}/annual-assessments/{year}"
    held = facts.years.get(year)
    if held is None:
        if due.version.terms.annual_assessment is None:
            zh, en = "条款未约定年度考核", "a clause that asks for an annual assessment"
            raise need("annual_assessment", "/terms/annual_assessment", zh, en)
        return YearResult(year, None, Fraction(due.version.terms.full_mark), source)
    judged_by = facts.version(held["terms_version_id"])
    score = read_score(held["score_kind"], held["score_exact"])
    return YearResult(year, score, Fraction(judged_by.terms.full_mark), source)

"""What a month costs by a ladder: the step that its count of failed months reaches."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from app.rules.bases import ContractRecord
from app.rules.clauses import Beyond, WarningLadder
from app.rules.consecutive import Gap, MonthState, mark_of
from app.rules.lines import Component, Line, MonthFacts, line, month_zh
from app.rules.measuring import assessed
from app.rules.missing import MissingAnswerError, need
from app.rules.money import figure, yuan
from app.rules.periods import Period
from app.rules.scored import require_final, undecided
from app.rules.scores import fails
from app.rules.workings import Label, Measure, Working


@dataclass(slots=True)
class _Count:
    """The failed months that count for a month: those that certainly do, latest first, and how many may."""

    certain: list[Period] = field(default_factory=list)
    most: int = 0
    doubts: list[MissingAnswerError] = field(default_factory=list)


_OPEN = -1
"""Stands for what a further fail costs of a ladder that does not say."""


def laddered(record: ContractRecord, ladder: WarningLadder, pointer: str, month: MonthFacts) -> Line | None:
    """Reckon what the month's step costs; None where it costs nothing.

    Raises MissingAnswerError where what is not known, or not answered, would change the amount.
    """
    require_final(month)
    if month.state is not MonthState.ASSESSED:
        return None
    count = _counted(record, ladder, pointer, month)
    own_is_certain = bool(count.certain) and count.certain[0] == month.period
    least = len(count.certain) if own_is_certain else 0
    possible = {_cost(ladder, number) for number in range(least, count.most + 1)}
    if len(possible) > 1:
        raise count.doubts[0]
    (fen,) = possible
    if fen == _OPEN:
        zh, en = "条款未约定超过最后一档后如何扣款", "what a further failed month costs after the last step"
        raise need("beyond", f"/terms{pointer}/beyond", zh, en, month.period)
    return _line(ladder, pointer, month, count, fen) if fen else None


def goes_on(ladder: WarningLadder, other: WarningLadder) -> bool:
    """Say whether two versions of a ladder count the same fails: other steps or answers begin no new count."""
    return (ladder.below, ladder.at_most, ladder.within) == (other.below, other.at_most, other.within)


def _cost(ladder: WarningLadder, number: int) -> int:
    last = ladder.steps[-1]
    if number > last.count and last.fen:
        return {None: _OPEN, Beyond.NOTHING: 0, Beyond.LAST_STEP_AGAIN: last.fen}[ladder.beyond]
    return next((step.fen or 0 for step in ladder.steps if step.count == number), 0)


def _counted(record: ContractRecord, ladder: WarningLadder, pointer: str, month: MonthFacts) -> _Count:
    """Walk back from a month over those that its count may rest on."""
    count = _Count()
    if not _count(count, ladder, month, unbroken=True):
        return count
    unbroken = not count.doubts
    for other in _before(record, ladder, month):
        if other.final and other.state is not MonthState.ASSESSED:
            answer = {MonthState.EXCUSED: ladder.excused, MonthState.NOT_ASSESSED: ladder.not_assessed}[_state(other)]
            if ladder.within is None and answer is None:
                count.doubts.append(_silent(pointer, other))
                unbroken = False
            if ladder.within is None and answer is Gap.BREAK:
                break
            continue
        known = len(count.doubts)
        failed = _count(count, ladder, other, unbroken=unbroken or ladder.within is not None)
        if ladder.within is None and not failed:
            break
        unbroken = unbroken and len(count.doubts) == known
    return count


def _state(month: MonthFacts) -> MonthState:
    return month.state or MonthState.ASSESSED


def _before(record: ContractRecord, ladder: WarningLadder, month: MonthFacts) -> Iterator[MonthFacts]:
    """Give the months before that may count, latest first; what lies before the record is not counted."""
    recorded = {other.period: other for other in record.months}
    reach = record.service.first.until(month.period)
    reach = reach if ladder.within is None else min(reach, ladder.within - 1)
    for back in range(1, reach + 1):
        period = month.period.plus(-back)
        other = recorded.get(period)
        if other is None:
            return
        if not any(goes_on(ladder, entry) for _, entry in other.terms.ladders):
            if ladder.within is None:
                return
            continue
        yield other


def _count(count: _Count, ladder: WarningLadder, month: MonthFacts, *, unbroken: bool) -> bool:
    """Count a month in that failed, or may have; False for one that certainly did not."""
    try:
        if not _failed(ladder, month):
            return False
    except MissingAnswerError as error:
        count.doubts.append(error)
    else:
        if unbroken:
            count.certain.append(month.period)
    count.most += 1
    return True


def _failed(ladder: WarningLadder, month: MonthFacts) -> bool:
    require_final(month)
    scored = assessed(Working(), month, month.terms.full_mark)
    found = fails(scored.score, ladder.below, ladder.at_most)
    if found is None:
        raise undecided(month, scored)
    return found


def _silent(pointer: str, month: MonthFacts) -> MissingAnswerError:
    state = _state(month).value
    zh = f"条款未约定{month_zh(month.period)}未考核是否中断连续计算"
    en = f"whether a month without an assessment, as {month.period}, is stepped over or ends the row"
    return need(state, f"/terms{pointer}/{state}", zh, en, month.period)


def _line(ladder: WarningLadder, pointer: str, month: MonthFacts, count: _Count, fen: int) -> Line:
    """Write the count and the step that it reaches; the months that may count besides change nothing."""
    working = Working(pointer)
    zh, en = said(ladder)
    months = ", ".join(map(str, reversed(count.certain)))
    label = Label(f"{zh}的月份数（{months}）", f"months {en}: {months}")
    number = working.given(label, len(count.certain), Measure.MONTHS, month.sources.assessment)
    bands = [
        {"at_least": str(step.count), "at_most": str(step.count), "value": yuan(step.fen or 0)} for step in ladder.steps
    ]
    last = ladder.steps[-1]
    if len(count.certain) > last.count:
        bands.append({"above": str(last.count), "value": yuan(fen)})
    name = Label(f"{month_zh(month.period)}累进扣款", f"deduction of the step that {month.period} reaches")
    amount = working.band(name, number, Fraction(fen, 100), bands, Measure.YUAN)
    return line(Component.SCORE_DEDUCTION, month.period, amount, working)


def said(ladder: WarningLadder) -> tuple[str, str]:
    """Say which months a ladder counts, in Chinese and English."""
    mark = figure(mark_of(ladder.below, ladder.at_most))
    zh, en = (f"低于{mark}分", f"below {mark}") if ladder.at_most is None else (f"不高于{mark}分", f"at most {mark}")
    if ladder.within is None:
        return f"连续{zh}", f"in a row {en}"
    return f"{ladder.within}个月内{zh}", f"within {ladder.within} months {en}"

"""The triggers of a contract that the facts dated up to a day have reached (domain.md section 9)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from app.rules.clauses import DeductionTotal, DemeritPoints, LadderStep, RenewalGate, Trigger, WarningLadder
from app.rules.consecutive import ConsecutiveRule, FailRun, Gap, MonthResult, MonthState, consecutive_fails
from app.rules.demerits import demerits
from app.rules.fees import ServiceFees
from app.rules.ladders import goes_on
from app.rules.missing import Missing
from app.rules.periods import periods_between
from app.rules.scores import Score, ScoreKind, Verdict, verdict
from app.rules.totals import totals
from app.rules.triggering import DatedMonth, HeldYear, Known, Raised, final_by
from app.rules.workings import Label

_UNKNOWN = Score(ScoreKind.UNKNOWN, None)


def raised(
    service: ServiceFees, months: Sequence[DatedMonth], years: Sequence[HeldYear], as_of: date
) -> tuple[Raised, ...]:
    """Give what was reached on or before `as_of`, and, with what is missing, what an unanswered question decides.

    `months` are those on record in their order, each as it stands on `as_of`; a result that became final later is
    still open. What is not certain does not count against the vendor. Where two versions of the terms state a clause
    that goes by one name, what is certain goes before what is not, and the earlier before the later.
    """
    known = Known(service, months)
    found = [entry for pointer, trigger in _stated(months) for entry in _reached(pointer, trigger, known, as_of)]
    found += _gates(years, as_of)
    kept: dict[str, Raised] = {}
    for entry in sorted(found, key=lambda entry: (entry.missing is not None, entry.since)):
        kept.setdefault(entry.key, entry)
    return tuple(sorted(kept.values(), key=lambda entry: (entry.since, entry.pointer, entry.key)))


def _stated(months: Sequence[DatedMonth]) -> list[tuple[str, Trigger]]:
    """Give each clause once, with where the latest terms state it."""
    stated: dict[Trigger, str] = {}
    for month in months:
        for place, trigger in enumerate(month.triggers):
            stated[trigger] = f"/triggers/{place}"
    return [(pointer, trigger) for trigger, pointer in stated.items()]


def _reached(pointer: str, trigger: Trigger, known: Known, as_of: date) -> Iterator[Raised]:
    governed = [month for month in known.months if trigger in month.triggers]
    match trigger:
        case WarningLadder():
            counted = [month for month in known.months if any(_goes_on(trigger, other) for other in month.triggers)]
            own = {str(month.period) for month in governed}
            # What an earlier version of the ladder counted counts on; what it reached was reached by that version.
            yield from (found for found in _ladder(pointer, trigger, counted, as_of) if found.completed_by in own)
        case DeductionTotal():
            yield from totals(pointer, trigger, known, governed, as_of)
        case DemeritPoints():
            yield from demerits(pointer, trigger, known, governed, as_of)
        case RenewalGate():
            # A year's result is judged by the terms that judged the year, not by those of its months.
            return


def _goes_on(ladder: WarningLadder, other: Trigger) -> bool:
    return isinstance(other, WarningLadder) and goes_on(ladder, other)


def _ladder(pointer: str, ladder: WarningLadder, governed: Sequence[DatedMonth], as_of: date) -> Iterator[Raised]:
    """Give the runs that reach each step, each as it was when it did."""
    results = [_result(month, final_on) for final_on, month in final_by(governed, as_of)]
    for step in ladder.steps:
        silent = (ladder.excused, ladder.not_assessed)
        rule = ConsecutiveRule(ladder.below, step.count, step.consequence, ladder.within, *silent, ladder.at_most)
        certain = _runs(rule, results, as_of)
        for run in certain.values():
            yield _step(pointer, ladder, step, run)
        skipping = replace(rule, excused=rule.excused or Gap.SKIP, not_assessed=rule.not_assessed or Gap.SKIP)
        for run in _runs(skipping, results, as_of).values():
            missing = _unanswered(pointer, ladder, run, results)
            if run.first not in {other.first for other in certain.values()} and missing is not None:
                yield _step(pointer, ladder, step, run, missing)


def _runs(rule: ConsecutiveRule, results: Sequence[MonthResult], as_of: date) -> dict[str, FailRun]:
    """Give the runs by their first month, each with the months that it had on the day on which it was complete."""
    found = {}
    for run in consecutive_fails(rule, results, as_of):
        then = (other for other in consecutive_fails(rule, results, run.since) if other.first == run.first)
        found[str(run.first)] = next(then)
    return found


def _result(month: DatedMonth, final_on: date) -> MonthResult:
    facts = month.facts
    on_scale = facts.terms.full_mark is None or facts.full_mark == facts.terms.full_mark
    score = facts.score if facts.score is not None and on_scale else _UNKNOWN
    return MonthResult(month.period, facts.state or MonthState.ASSESSED, score, final_on)


def _unanswered(pointer: str, ladder: WarningLadder, run: FailRun, results: Sequence[MonthResult]) -> Missing | None:
    """Name the first month within a run of which the clause does not say whether it ends the row."""
    answers = {MonthState.EXCUSED: ladder.excused, MonthState.NOT_ASSESSED: ladder.not_assessed}
    states = {month.period: month.state for month in results}
    for period in periods_between(min(run.periods), max(run.periods)):
        state = states.get(period)
        if state in answers and answers[state] is None:
            zh = f"条款未约定{period}未考核是否中断连续计算"
            en = f"whether a month without an assessment, as {period}, is stepped over or ends the row"
            return Missing(state.value, f"/terms{pointer}/{state.value}", Label(zh, en), str(period))
    return None


def _step(
    pointer: str, ladder: WarningLadder, step: LadderStep, run: FailRun, missing: Missing | None = None
) -> Raised:
    return Raised(
        pointer=pointer,
        trigger=ladder,
        window=str(run.first),
        consequence=step.consequence,
        since=run.since,
        completed_by=str(run.completed_by),
        counted=tuple((str(period), Fraction(1)) for period in run.periods),
        total=Fraction(len(run.periods)),
        needed=Fraction(step.count),
        step=step,
        missing=missing,
    )


def _gates(years: Sequence[HeldYear], as_of: date) -> Iterator[Raised]:
    """Give the years with which a gate is closed: one of the last so many is certainly below its mark."""
    held = sorted((year for year in years if year.held_on <= as_of), key=lambda year: year.year)
    for latest in held:
        for place, gate in enumerate(latest.triggers):
            if not isinstance(gate, RenewalGate):
                continue
            last = [year for year in held if latest.year - gate.years < year.year <= latest.year]
            below = [year for year in last if verdict(year.score, gate.at_least) is Verdict.BELOW]
            if below:
                yield _closed(f"/triggers/{place}", gate, latest, below)


def _closed(pointer: str, gate: RenewalGate, latest: HeldYear, below: Sequence[HeldYear]) -> Raised:
    scores = [(str(year.year), year.score.value or Fraction(0)) for year in below]
    return Raised(
        pointer=pointer,
        trigger=gate,
        window=str(latest.year),
        consequence=gate.consequence,
        since=max(latest.held_on, min(year.held_on for year in below)),
        completed_by=str(latest.year),
        counted=tuple(scores),
        total=min(value for _, value in scores),
        needed=Fraction(gate.at_least),
    )

"""Which alerts the facts of a contract's months would have raised under some terms, judged by the nightly rules."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import chain

from sqlalchemy import RowMapping

from app.features.alerts.reading import facts_on
from app.features.alerts.state import AlertState
from app.features.assessments import failed_months, late_notices, missing_annual, repeat_offences
from app.features.assessments.results import judgement, read_score
from app.features.contracts import register
from app.features.contracts.by_contract import NightRow
from app.features.contracts.missed import missed
from app.features.contracts.versions import Version, version
from app.features.settlements.trials.sides import Side
from app.features.settlements.triggers.flags import trigger_state
from app.rules.consecutive import MonthResult, MonthState, consecutive_fails
from app.rules.deadlines import DueDateRule, due_date
from app.rules.periods import Period
from app.rules.scores import Verdict
from app.rules.terms import Terms
from app.rules.triggering import DatedMonth, HeldYear
from app.rules.triggers import raised
from app.rules.working_days import WorkCalendar


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """What is known of a contract on a day, whatever its terms say of it."""

    starts_on: date
    results: Sequence[RowMapping]
    """Its months with what became of them."""
    scales: Mapping[Period, Fraction]
    """The full mark that each month's result is out of."""
    findings: Sequence[NightRow]
    years: Mapping[int, RowMapping]
    """The annual assessments that were held."""
    calendar: WorkCalendar
    as_of: date

    def final(self) -> Iterator[tuple[Period, RowMapping]]:
        """Give the months whose result is final."""
        for row in self.results:
            if row["final_on"] is not None and row["final_on"] <= self.as_of:
                yield Period.parse(row["period"]), row

    def comparable(self, period: Period, terms: Terms) -> bool:
        """Say whether marks of some terms are on the scale of a month's result."""
        return self.scales.get(period) == Fraction(terms.full_mark)


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert, and the months that it is about."""

    state: AlertState
    periods: frozenset[Period]

    @property
    def key(self) -> tuple[str, str, str]:
        """Give what is the same alert under other terms."""
        return self.state.kind, self.state.subject, self.state.severity


def alerts_under(side: Side, facts: AlertFacts) -> list[Raised]:
    """Give the alerts that the facts demand on a side; a new kind needs its line here.

    Results and notices count as they stand now; what a revision undid is not raised again.
    """
    kinds = (_below_pass_mark, _consecutive_fails, _repeat_offences, _late_notices, _missing_years, _triggers)
    found = chain.from_iterable(kind(side, facts) for kind in kinds)
    return sorted((_read_today(alert, facts) for alert in found), key=lambda alert: alert.key)


def not_comparable(side: Side, facts: AlertFacts) -> tuple[Period, ...]:
    """Name the final months with a score that the marks of their terms cannot judge: it is on another scale."""
    return tuple(
        period
        for period, row in facts.final()
        if row["state"] is MonthState.ASSESSED
        and period in side.terms
        and not facts.comparable(period, side.terms[period])
    )


def _read_today(alert: Raised, facts: AlertFacts) -> Raised:
    state = alert.state
    read = facts_on(state.kind, state.facts, state.until, facts.as_of, facts.calendar)
    return replace(alert, state=replace(state, facts=read))


def _below_pass_mark(side: Side, facts: AlertFacts) -> Iterator[Raised]:
    for period, row in facts.final():
        if (
            row["state"] is not MonthState.ASSESSED
            or period not in side.terms
            or not facts.comparable(period, side.terms[period])
        ):
            continue
        judged = judgement(read_score(row["score_kind"], row["score_exact"]), _version(period, side.terms[period]))
        if judged["verdict"] is Verdict.BELOW:
            state = failed_months.below_state({**row, **judged}, row["final_on"])
            yield Raised(state, frozenset({period}))


def _consecutive_fails(side: Side, facts: AlertFacts) -> Iterator[Raised]:
    """Let each rule judge the months whose terms state it; a score on another scale is no fail and ends a row."""
    rules = {rule: None for of_month in side.terms.values() for rule in of_month.consecutive}
    for rule in rules:
        governed = [
            (period, row)
            for period, row in facts.final()
            if period in side.terms
            and rule in side.terms[period].consecutive
            and facts.comparable(period, side.terms[period])
        ]
        for run in consecutive_fails(rule, [_result(period, row) for period, row in governed], facts.as_of):
            yield Raised(failed_months.run_state(run, rule, governed[0][1]), frozenset(run.periods))


def _result(period: Period, row: RowMapping) -> MonthResult:
    return MonthResult(period, row["state"], read_score(row["score_kind"], row["score_exact"]), row["final_on"])


def _repeat_offences(side: Side, facts: AlertFacts) -> Iterator[Raised]:
    versions = [_version(period, of_month) for period, of_month in side.terms.items()]
    issues = repeat_offences.by_issue(facts.findings)
    for offence, rule, issue in repeat_offences.offences(versions, issues, facts.as_of):
        periods = frozenset(Period.of(occurrence.occurred_on) for occurrence in offence.occurrences)
        yield Raised(repeat_offences.offence_state(offence, rule, issue), periods)


def _late_notices(side: Side, facts: AlertFacts) -> Iterator[Raised]:
    for row in facts.results:
        period = Period.parse(row["period"])
        rule = side.terms[period].notice if period in side.terms else None
        if rule is None:
            continue
        entry = {**row, "met_on": row["notified_on"], **_entry(rule, period.last_day, facts)}
        state = late_notices.notice_state([entry], facts.as_of, facts.calendar)
        if state is not None:
            yield Raised(state, frozenset({period}))


def _missing_years(side: Side, facts: AlertFacts) -> Iterator[Raised]:
    served = {Period.parse(row["period"]): row["served_to"] for row in facts.results}
    for event in register.annual_assessments(facts.starts_on, served):
        rule = event.rule(side.terms[event.period]) if event.period in side.terms else None
        if rule is None:
            continue
        _, subject = event.key
        held = facts.years.get(int(subject))
        held_on = held["held_on"] if held else None
        owner = {name: facts.results[0][name] for name in ("contract_id", "service_center_id")}
        entry = {**owner, "subject": subject, "met_on": held_on, **_entry(rule, event.on, facts)}
        found = missed([entry], held_on, {}, facts.as_of, facts.calendar)
        if found is not None:
            yield Raised(missing_annual.year_state(found), frozenset({event.period}))


def _triggers(side: Side, facts: AlertFacts) -> Iterator[Raised]:
    """Let the triggers of each month's terms judge it, with what the months come to on this side."""
    final_on = {period: row["final_on"] for period, row in facts.final()}
    months = [
        DatedMonth(month, final_on.get(month.period), side.terms[month.period].triggers)
        for month in side.months
        if month.period in side.terms
    ]
    years = []
    for year, row in facts.years.items():
        last = max((period for period in side.terms if period.year == year), default=None)
        if last is not None:
            score = read_score(row["score_kind"], row["score_exact"])
            years.append(HeldYear(year, row["held_on"], score, side.terms[last].triggers))
    for found in raised(side.service, months, years, facts.as_of):
        counted = {text for text, _ in found.counted} | {found.completed_by}
        periods = frozenset(month.period for month in months if {str(month.period), str(month.period.year)} & counted)
        yield Raised(trigger_state(found, facts.results[0]), periods)


def _entry(rule: DueDateRule, event_on: date, facts: AlertFacts) -> dict[str, object]:
    """Give an entry of the register as the terms would have made it on the first day of service."""
    due = due_date(rule, event_on, facts.calendar)
    return {
        "due_on": due.on,
        "provisional": due.provisional,
        "in_force_from": facts.starts_on,
        "superseded_on": None,
        "superseded_because": None,
    }


def _version(period: Period, terms: Terms) -> Version:
    """Give the terms of a month as a version of their own, known from the beginning."""
    return version(uuid.UUID(int=0), 1, period.first_day, period.first_day, terms)

"""Finds months under the pass mark, `below_pass_mark`, and runs of failed months, `consecutive_fail`."""

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlmodel import Session

from app.features.alerts.state import AlertState, Evaluation
from app.features.assessments import narrowing
from app.features.assessments.history import History, Month, read_history, replay
from app.features.assessments.results import read_score
from app.features.contracts.by_contract import NightRow, evaluate_each
from app.features.contracts.queries import all_versions
from app.features.contracts.versions import read_versions
from app.features.contracts.within import ALL, Within
from app.models.words import AlertKind, Severity
from app.rules.consecutive import ConsecutiveRule, FailRun, MonthResult, consecutive_fails
from app.rules.money import format_hundredths
from app.rules.periods import Period
from app.rules.scores import Verdict


def evaluate_below(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which below-pass-mark alerts the results final on or before `as_of` demand.

    The verdict was decided by the rule when the result became final or was revised, under the terms of that result,
    and is stored.
    """
    rows = sorted(narrowing.months_below(session, as_of, within), key=lambda row: str(row["contract_id"]))
    history = read_history(session, within)

    def decide(_contract: uuid.UUID, months: list[NightRow]) -> Iterator[AlertState]:
        for month in months:

            def states_on(day: date, month: NightRow = month) -> Iterator[AlertState]:
                then = history.on(month, day)
                if _is_below(then) and month["final_on"] <= day:
                    yield below_state(then, history.stood_since(month, day, _is_below))

            yield from replay(history.days([month]), as_of, states_on)

    return evaluate_each(rows, decide)


def _is_below(month: Month) -> bool:
    return bool(month["verdict"] is Verdict.BELOW)


def below_state(month: Month, since: date) -> AlertState:
    """Say that a month is below the pass mark; its row holds the mark and what it was judged."""
    facts: dict[str, Any] = {
        "period": str(Period.parse(month["period"])),
        "score": {str(month["score_kind"]): format_hundredths(month["score_hundredths"])},
        "pass_mark": format_hundredths(month["pass_mark_hundredths"]),
        "grade": month["grade"],
    }
    return AlertState(
        AlertKind.BELOW_PASS_MARK,
        month["contract_id"],
        month["service_center_id"],
        month["period"],
        Severity.CRITICAL,
        since,
        None,
        facts,
    )


def evaluate_consecutive(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which consecutive-fail alerts the results final on or before `as_of` demand.

    A month is judged by the rules of the terms that judged its result, so a later amendment moves no closed month; a
    revision moves it from its own day on.
    """
    terms = all_versions(session, within)
    rows = narrowing.months_of_failing_contracts(session, as_of, within)
    history = read_history(session, within)

    def decide(contract_id: uuid.UUID, months: list[NightRow]) -> Iterator[AlertState]:
        versions = {version.id: version for version in read_versions(terms.get(contract_id, []))}
        rules = {rule for version in versions.values() for rule in version.terms.consecutive}
        for rule in sorted(rules, key=_subject):
            governed = [
                month
                for month in months
                if month["terms_version_id"] and rule in versions[month["terms_version_id"]].terms.consecutive
            ]

            def states_on(
                day: date, rule: ConsecutiveRule = rule, governed: list[NightRow] = governed
            ) -> Iterator[AlertState]:
                results = [_result(history, month, day) for month in governed]
                for run in consecutive_fails(rule, results, day):
                    yield run_state(run, rule, months[0])

            yield from replay(history.days(governed), as_of, states_on)

    return evaluate_each(rows, decide)


def _subject(rule: ConsecutiveRule) -> str:
    within = f"in{rule.within}" if rule.within else ""
    mark = f"{rule.below}" if rule.below is not None else f"at_most{rule.at_most}"
    return f"{mark}x{rule.periods}{within}/{rule.consequence}"


def _result(history: History, month: NightRow, day: date) -> MonthResult:
    """Read a month's result as it stood on a day; a score that a revision gave counts from the revision's day."""
    then = history.on(month, day)
    score = read_score(then["score_kind"], then["score_exact"])

    def same(version: Month) -> bool:
        return bool((version["score_exact"], version["state"]) == (then["score_exact"], then["state"]))

    return MonthResult(Period.parse(month["period"]), then["state"], score, history.stood_since(month, day, same))


def run_state(run: FailRun, rule: ConsecutiveRule, of: Month) -> AlertState:
    """Say that months failed so often that a clause has a consequence; `of` is a row of the contract."""
    facts: dict[str, Any] = {
        "first_period": str(run.first),
        "periods": [str(period) for period in run.periods],
        "completed_by": str(run.completed_by),
        "below" if rule.at_most is None else "at_most": str(rule.mark),
        "threshold": rule.periods,
        "within": rule.within,
        "consequence": rule.consequence,
    }
    return AlertState(
        AlertKind.CONSECUTIVE_FAIL,
        of["contract_id"],
        of["service_center_id"],
        f"{run.first}/{_subject(rule)}",
        Severity.CRITICAL,
        run.since,
        None,
        facts,
    )

"""Finds issues that come back as often as the terms call a repeat offence (重复发生问题): `repeat_offence`."""

import uuid
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any

from sqlmodel import Session

from app.features.alerts.state import AlertState, Evaluation
from app.features.assessments import narrowing
from app.features.contracts.by_contract import NightRow, evaluate_each
from app.features.contracts.errors import TermsUnreadable
from app.features.contracts.queries import all_versions
from app.features.contracts.versions import Version, read_versions, version_for
from app.features.contracts.within import ALL, Within
from app.models.words import AlertKind, Severity
from app.rules.periods import Period
from app.rules.recurrence import Offence, repeat_offences
from app.rules.repeat_rules import RepeatRule, years_within_reach
from app.rules.tallies import Occurrence


def evaluate(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which repeat-offence alerts the facts dated up to `as_of` demand."""
    terms = all_versions(session, within)
    versions_of = cache(lambda contract_id: read_versions(terms.get(contract_id, [])))
    issues = known_findings(session, as_of, within, versions_of)
    turns: dict[uuid.UUID, date] = {}

    def decide(contract_id: uuid.UUID, issues: list[NightRow]) -> Iterator[AlertState]:
        for offence, rule, issue in offences(versions_of(contract_id), issues, as_of):
            if offence.until is None and offence.turns_on is not None:
                turns[contract_id] = min(offence.turns_on, turns.get(contract_id, offence.turns_on))
            yield offence_state(offence, rule, issue)

    found = evaluate_each(issues, decide)
    return replace(found, rows_read=sum(len(issue["occurrences"]) for issue in issues), turns=turns)


def known_findings(
    session: Session, as_of: date, within: Within, versions: Callable[[uuid.UUID], Sequence[Version]]
) -> list[NightRow]:
    """Read the issue types of each contract near a threshold, with those `occurrences` that were on record on a day.

    `versions` gives a contract's terms; where they cannot be read, all its findings are near, for the rule to say so.
    """
    issues = narrowing.issues_of_contracts(session, as_of, within)
    reached = cache(lambda contract_id: _reach(versions, contract_id))
    near = [
        (number, issue["contract_id"], issue["issue_type_id"], year)
        for number, issue in enumerate(issues)
        for year in reached(issue["contract_id"])(sorted(map(date.fromisoformat, issue["days"].split(","))))
    ]
    later = narrowing.findings_added_after(session, as_of, within)
    found: dict[int, list[Occurrence]] = {}
    for number, id_, on, counter, withdrawn_on, at_least in narrowing.findings_of_issues(session, as_of, near):
        if id_ not in later:
            found.setdefault(number, []).append(Occurrence(id_, on, counter, withdrawn_on, at_least))
    return [issues[number] | {"occurrences": found[number]} for number in sorted(found)]


def _reach(
    versions: Callable[[uuid.UUID], Sequence[Version]], contract_id: uuid.UUID
) -> Callable[[Sequence[date]], set[int]]:
    """Give what says in which years days, in their order, are near a threshold of a contract."""
    try:
        rules = {version.terms.repeat for version in versions(contract_id)} - {None}
    except TermsUnreadable:
        return lambda days: {day.year for day in days}
    return lambda days: {year for rule in rules if rule is not None for year in years_within_reach(rule, days)}


def by_issue(findings: Iterable[NightRow]) -> Iterator[NightRow]:
    """Put the findings of one contract, an issue type's together, as issue types with their `occurrences`."""
    for _code, group in groupby(findings, key=lambda row: row["issue_type"]):
        rows = list(group)
        yield rows[0] | {
            "occurrences": [
                Occurrence(str(row["id"]), row["occurred_on"], row["counter"], row["withdrawn_on"], row["at_least"])
                for row in rows
            ]
        }


def offences(
    versions: Sequence[Version], issues: Iterable[NightRow], as_of: date
) -> Iterator[tuple[Offence, RepeatRule, NightRow]]:
    """Let the rule decide on each issue type of one contract; gives the offence, its rule and the issue type."""
    rule_for = _rule_for(versions)
    for issue in issues:
        for offence in repeat_offences(issue["occurrences"], rule_for, issue["starts_on"], issue["last_day"], as_of):
            rule = rule_for(offence.occurrences[-1])
            if rule is not None:
                yield offence, rule, issue


def _rule_for(versions: Sequence[Version]) -> Callable[[Occurrence], RepeatRule | None]:
    """Judge an occurrence by the terms for its month as they were known on its day."""
    # Only on these days may another version begin to govern.
    turns = sorted(
        {version.effective_from.replace(day=1) for version in versions} | {version.agreed_on for version in versions}
    )

    rules: dict[int, RepeatRule | None] = {}

    def rule_for(occurrence: Occurrence) -> RepeatRule | None:
        day = occurrence.occurred_on
        turned = bisect_right(turns, day)
        if turned not in rules:
            version = version_for(versions, Period.of(day), day)
            rules[turned] = version.terms.repeat if version else None
        return rules[turned]

    return rule_for


def offence_state(offence: Offence, rule: RepeatRule, of: NightRow) -> AlertState:
    """Say that an issue came up so often that the terms call it repeated; `of` is the issue type."""
    key = (of["issue_type"], offence.counter, offence.window_key)
    return AlertState(
        AlertKind.REPEAT_OFFENCE,
        of["contract_id"],
        of["service_center_id"],
        "/".join(part for part in key if part),
        Severity.INFO if offence.early else Severity.WARNING,
        offence.since,
        offence.until,
        _facts(offence, rule, of),
    )


def _facts(offence: Offence, rule: RepeatRule, of: NightRow) -> dict[str, Any]:
    """Name the occurrences by day and counter, not by id, so that equal facts give equal alerts anywhere."""
    occurrences = sorted((o.occurred_on.isoformat(), o.counter or "") for o in offence.occurrences)
    facts: dict[str, Any] = {
        "issue_type": of["issue_type"],
        "issue_type_name": of["issue_type_name"],
        "count": offence.count,
        "count_by": rule.count,
        "at_least": offence.at_least,
        "threshold": offence.threshold,
        "early": offence.early,
        "early_since": offence.early_since.isoformat() if offence.early_since else None,
        "window": {
            "kind": rule.window.kind,
            "from": offence.window_from.isoformat(),
            "to": offence.window_to.isoformat() if offence.window_to else None,
        },
        "occurrences": [{"occurred_on": day, "counter": counter or None} for day, counter in occurrences],
    }
    if offence.counter is not None:
        facts["counter"] = offence.counter
    if offence.undone:
        facts["undone"] = True
    return facts

"""Finds issues that come back as often as the terms call a repeat offence (重复发生问题): `repeat_offence`."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.alerts.state import AlertState, Evaluation
from app.features.assessments import narrowing
from app.features.contracts.by_contract import evaluate_each
from app.features.contracts.queries import all_versions
from app.features.contracts.versions import Version, read_versions, version_for
from app.features.contracts.within import ALL, Within
from app.models.words import AlertKind, Severity
from app.rules.periods import Period
from app.rules.recurrence import Occurrence, Offence, RepeatRule, repeat_offences


def evaluate(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which repeat-offence alerts the facts dated up to `as_of` demand."""
    terms = all_versions(session, within.contract_id)
    rows = known_findings(session, as_of, within)

    def decide(contract_id: uuid.UUID, findings: list[RowMapping]) -> Iterator[AlertState]:
        versions = read_versions(terms.get(contract_id, []))
        for offence, rule, first in offences(versions, findings, as_of):
            yield offence_state(offence, rule, first)

    return evaluate_each(rows, decide)


def known_findings(session: Session, as_of: date, within: Within) -> list[RowMapping]:
    """Read the findings near a threshold that were on record on a day, a contract's and an issue type's together."""
    later = narrowing.findings_added_after(session, as_of, within)
    return [row for row in narrowing.findings_near_threshold(session, as_of, within) if str(row["id"]) not in later]


def offences(
    versions: list[Version], findings: list[RowMapping], as_of: date
) -> Iterator[tuple[Offence, RepeatRule, RowMapping]]:
    """Let the rule decide on each issue type of one contract; gives the offence, its rule and a row of its findings."""
    rule_for = _rule_for(versions)
    for _code, group in groupby(findings, key=lambda row: row["issue_type"]):
        rows = list(group)
        first = rows[0]
        occurrences = [_occurrence(row) for row in rows]
        for offence in repeat_offences(occurrences, rule_for, first["starts_on"], first["last_day"], as_of):
            rule = rule_for(offence.occurrences[-1])
            if rule is not None:
                yield offence, rule, first


def _rule_for(versions: list[Version]) -> Callable[[Occurrence], RepeatRule | None]:
    """Judge an occurrence by the terms for its month as they were known on its day."""

    def rule_for(occurrence: Occurrence) -> RepeatRule | None:
        version = version_for(versions, Period.of(occurrence.occurred_on), occurrence.occurred_on)
        return version.terms.repeat if version else None

    return rule_for


def _occurrence(row: RowMapping) -> Occurrence:
    return Occurrence(str(row["id"]), row["occurred_on"], row["counter"], row["withdrawn_on"], row["at_least"])


def offence_state(offence: Offence, rule: RepeatRule, of: RowMapping) -> AlertState:
    """Say that an issue came up so often that the terms call it repeated; `of` is a row of its findings."""
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


def _facts(offence: Offence, rule: RepeatRule, of: RowMapping) -> dict[str, Any]:
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

"""Gives the facts of a contract's months, as the rules take them, from the rows that hold them."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from sqlalchemy import RowMapping

from app.features.assessments.results import read_score
from app.features.contracts.versions import Version
from app.features.settlements import sources
from app.features.settlements.decisions.pointers import by_pointer
from app.models.words import Stage
from app.rules.lines import Decided, FindingsOfType, MonthFacts
from app.rules.periods import Period
from app.rules.terms import Terms
from app.rules.working_days import WorkCalendar

_SETTLED = (Stage.FINAL, Stage.NOTIFIED)
_ONE_DAY = timedelta(days=1)
_FULL_MARK = Fraction(Terms().full_mark)


@dataclass(frozen=True, slots=True)
class MonthRows:
    """The rows of one contract's months; working days are counted by the calendar, which is read once one is."""

    calendar: Callable[[], WorkCalendar]
    months: Sequence[RowMapping]
    findings: Sequence[RowMapping]
    metrics: Sequence[RowMapping]
    decisions: Sequence[RowMapping]
    """In the order in which they were recorded."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What is on record of the months beside their results, by `YYYY-MM`."""

    findings: Mapping[str, Sequence[FindingsOfType]]
    metrics: Mapping[str, Mapping[tuple[str, str | None], Fraction]]
    decisions: Mapping[str, Mapping[str, Decided]]


def month_facts(
    contract_id: uuid.UUID, rows: MonthRows, versions: Sequence[Version], governing: Mapping[Period, Version]
) -> tuple[MonthFacts, ...]:
    """Give the facts of the months that terms govern, in their order."""
    scales = {version.id: Fraction(version.terms.full_mark) for version in versions}
    at = sources.contract(contract_id)
    recorded = _Recorded(
        findings=_findings(rows.findings, rows.calendar),
        metrics={row["period"]: _metrics(row["figures"]) for row in rows.metrics},
        decisions=_decisions(contract_id, rows.decisions, versions, governing),
    )
    return tuple(
        _month(at, row, governing[period].terms, recorded, scales)
        for row in rows.months
        if (period := Period.parse(row["period"])) in governing
    )


def _findings(rows: Iterable[RowMapping], calendar: Callable[[], WorkCalendar]) -> dict[str, list[FindingsOfType]]:
    """Give what each month has, in an order that is the same on every database."""
    found: defaultdict[str, list[FindingsOfType]] = defaultdict(list)
    for row in sorted(rows, key=_place):
        first, last = row["occurred_on"], row["until"]
        entry = FindingsOfType(
            issue_type=row["issue_type"],
            count=row["count"],
            at_least=bool(row["at_least"]),
            on=first,
            until=last,
            level=row["level"],
            unrectified=bool(row["unrectified"]),
            working_days=None if last is None else calendar().working_days_after(first - _ONE_DAY, last),
            post=row["post"],
        )
        found[row["period"]].append(entry)
    return found


def _place(row: RowMapping) -> tuple[object, ...]:
    first = row["occurred_on"]
    said = (row["until"] or first, row["level"] or "", bool(row["unrectified"]), row["post"] or "")
    return row["issue_type"], first, *said


def _metrics(figures: Iterable[Mapping[str, str]]) -> dict[tuple[str, str | None], Fraction]:
    return {(figure["code"], figure["site"]): Fraction(figure["value"]) for figure in figures}


def _decisions(
    contract_id: uuid.UUID, rows: Iterable[RowMapping], versions: Sequence[Version], governing: Mapping[Period, Version]
) -> dict[str, dict[str, Decided]]:
    """Give the last decision about each clause; one about another clause that stood at its place decides nothing."""
    clauses = {version.id: by_pointer(version.terms.money) for version in versions}
    found: defaultdict[str, dict[str, Decided]] = defaultdict(dict)
    for row in rows:
        period, pointer = Period.parse(row["period"]), row["clause"]
        if period not in governing:
            continue
        decided_upon = clauses.get(row["terms_version_id"], {}).get(pointer)
        if decided_upon is not None and clauses[governing[period].id].get(pointer) == decided_upon:
            source = sources.decisions(contract_id, period)
            found[row["period"]][pointer] = Decided(Fraction(row["share"]), source, _paper(row))
    return found


def _paper(row: RowMapping) -> str:
    """Say where a decision stands, and why it was taken."""
    reference = row["reference"]
    return "，".join(filter(None, (reference["document"], reference.get("clause"), row["reason"])))


def _month(
    at: str, row: RowMapping, terms: Terms, recorded: _Recorded, scales: Mapping[uuid.UUID, Fraction]
) -> MonthFacts:
    """Give what is known of a month; `at` is the address of its contract."""
    text = row["period"]
    period = Period.parse(text)
    final = row["stage"] in _SETTLED
    # A result is out of the full mark of the terms that judged it, whichever govern the month by now.
    full_mark = scales.get(row["terms_version_id"], _FULL_MARK)
    return MonthFacts(
        period=period,
        served_from=row["served_from"],
        served_to=row["served_to"],
        terms=terms.money,
        sources=sources.of_month(at, period),
        final=final,
        state=row["state"] if final else None,
        score=read_score(row["score_kind"], row["score_exact"]) if final else None,
        full_mark=full_mark,
        findings=tuple(recorded.findings.get(text, ())),
        metrics=recorded.metrics.get(text, {}),
        decisions=recorded.decisions.get(text, {}),
    )

"""What triggers rest on: contracts' months, findings and years as they stood on any day."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.assessments.history import History, Month, read_history
from app.features.assessments.results import read_score
from app.features.calendar.queries import work_calendar
from app.features.contracts import queries as contract_queries
from app.features.contracts.versions import Version, read_versions
from app.features.contracts.within import Within
from app.features.metrics import queries as metric_queries
from app.features.settlements import facts_queries
from app.features.settlements import queries as settlement_queries
from app.features.settlements.decisions import queries as decision_queries
from app.features.settlements.month_facts import MonthRows, month_facts
from app.features.settlements.triggers import queries
from app.models.words import Stage
from app.rules.fees import ServiceFees
from app.rules.periods import Period
from app.rules.terms import governing
from app.rules.triggering import DatedMonth, HeldYear, Raised
from app.rules.triggers import raised
from app.rules.working_days import WorkCalendar

Rows = Mapping[uuid.UUID, Sequence[RowMapping]]


@dataclass(frozen=True)
class Record:
    """The rows of all contracts that state a trigger, by contract."""

    calendar: WorkCalendar
    history: History
    added: Mapping[str, date]
    held_before: Mapping[uuid.UUID, int]
    contracts: Mapping[uuid.UUID, tuple[RowMapping, Mapping[int, int]]]
    """Each with its money by year, in fen."""
    versions: Rows
    months: Sequence[RowMapping]
    findings: Rows
    metrics: Rows
    decisions: Rows
    held: Rows

    def of(self, contract_id: uuid.UUID, months: Sequence[RowMapping]) -> "ContractRecord":
        """Give one contract's record; raises TermsUnreadable where its terms have been damaged."""
        return ContractRecord(self, contract_id, months, read_versions(self.versions.get(contract_id, ())))


def read_record(session: Session, as_of: date, within: Within) -> Record | None:
    """Read the record of every contract that states a trigger, in so many statements for any number of them.

    None where no contract states one, so that such a night costs no more than the question.
    """
    ids = queries.stating(session, within)
    if not ids:
        return None
    return Record(
        calendar=work_calendar(session, as_of),
        history=read_history(session, within),
        added=queries.added_by_revisions(session, ids),
        held_before={row["contract_id"]: row["fen"] for row in facts_queries.held_before(session, ids)},
        contracts={contract["id"]: (contract, years) for contract, years in facts_queries.contracts(session, ids)},
        versions=_grouped(contract_queries.versions_of(session, ids)),
        months=queries.months(session, ids),
        findings=_grouped(queries.findings(session, ids)),
        metrics=_grouped(metric_queries.of_contracts(session, ids)),
        decisions=_grouped(decision_queries.of_contracts(session, ids)),
        held=_grouped(settlement_queries.years_held(session, ids)),
    )


@dataclass(frozen=True)
class ContractRecord:
    """One contract's record."""

    record: Record
    contract_id: uuid.UUID
    months: Sequence[RowMapping]
    versions: Sequence[Version]

    def days(self) -> list[date]:
        """List the days on which something came to stand otherwise than it did before: all but results and years."""
        withdrawn = {row["withdrawn_on"] for row in self._findings() if row["withdrawn_on"]}
        agreed = {version.agreed_on for version in self.versions if version.number > 1}
        closed_on = self._contract["closed_on"]
        return sorted(
            {*self.record.history.days(self.months), *withdrawn, *agreed, *({closed_on} if closed_on else ())}
        )

    def raised(self, day: date) -> tuple[Raised, ...]:
        """Let the rule say what was reached by a day, by the facts and terms that were known on it."""
        in_force = governing(self.versions, (Period.parse(row["period"]) for row in self.months), day)
        then = [self._on(row, day) for row in self.months]
        rows = MonthRows(
            lambda: self.record.calendar,
            then,  # type: ignore[arg-type]
            [row for row in self._findings() if self._stood(row, day)],
            self.record.metrics.get(self.contract_id, ()),
            self.record.decisions.get(self.contract_id, ()),
        )
        since = {Period.parse(row["period"]): self._final_since(row, day) for row in self.months}
        months = [
            DatedMonth(facts, since[facts.period], in_force[facts.period].terms.triggers)
            for facts in month_facts(self.contract_id, rows, self.versions, in_force)
        ]
        return raised(self._service(day), months, self._years(), day)

    @property
    def _contract(self) -> RowMapping:
        return self.record.contracts[self.contract_id][0]

    def _findings(self) -> Sequence[RowMapping]:
        return self.record.findings.get(self.contract_id, ())

    def _stood(self, finding: RowMapping, day: date) -> bool:
        withdrawn_on, known_on = finding["withdrawn_on"], self.record.added.get(str(finding["id"]))
        seen = finding["occurred_on"] <= day and (known_on is None or known_on <= day)
        return seen and (withdrawn_on is None or withdrawn_on > day)

    def _on(self, row: RowMapping, day: date) -> Month:
        if row["final_on"] is None or row["final_on"] > day:
            return {**row, "stage": Stage.DRAFT}
        return self.record.history.on(row, day)

    def _final_since(self, row: RowMapping, day: date) -> date | None:
        """Give the day of a month's result; a score that a revision gave counts from the revision's day."""
        if row["final_on"] is None or row["final_on"] > day:
            return None
        then = self.record.history.on(row, day)

        def same(version: Month) -> bool:
            return bool((version["score_exact"], version["state"]) == (then["score_exact"], then["state"]))

        return self.record.history.stood_since(row, day, same)

    def _service(self, day: date) -> ServiceFees:
        contract, years = self.record.contracts[self.contract_id]
        closed_on = contract["closed_on"]
        return ServiceFees(
            contract["starts_on"],
            contract["ends_on"],
            years,
            closed_on if closed_on is not None and closed_on <= day else None,
            self.record.held_before.get(self.contract_id),
        )

    def _years(self) -> list[HeldYear]:
        triggers = {version.id: version.terms.triggers for version in self.versions}
        return [
            HeldYear(row["year"], row["held_on"], read_score(row["score_kind"], row["score_exact"]), stated)
            for row in self.record.held.get(self.contract_id, ())
            if (stated := triggers.get(row["terms_version_id"]))
        ]


def _grouped(rows: Iterable[RowMapping]) -> dict[uuid.UUID, list[RowMapping]]:
    grouped: defaultdict[uuid.UUID, list[RowMapping]] = defaultdict(list)
    for row in rows:
        grouped[row["contract_id"]].append(row)
    return dict(grouped)

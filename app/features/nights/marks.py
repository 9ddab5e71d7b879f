"""Marks the contracts of which something was changed, in the transaction that changes it."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from app import clock
from app.features.nights import queries
from app.features.upserts import one_or_all
from app.models import (
    AppealLine,
    AssessmentCriterion,
    BudgetAdjustment,
    BudgetLine,
    ChangedContract,
    Counter,
    EvaluationVersion,
    Evidence,
    EvidenceUse,
    ExpenditureDecision,
    Grant,
    Incident,
    IncidentFinding,
    IssueType,
    MessageChannel,
    MessageSettings,
    PasswordHistory,
    PayoutReading,
    Principal,
    ReminderDays,
    ServiceCenter,
    Site,
    Token,
    User,
    Vendor,
    WebhookEndpoint,
    WebhookNetwork,
    WebhookSecret,
)
from app.models.columns import new_id

EVERY = uuid.UUID(int=0)
"""Stands in a mark for every contract."""

_BESIDE = "rows of contracts are changed by the same acts, and those mark them"
_NOBODY = "no job of contracts reads it"

WITHOUT_CONTRACT: Mapping[type[SQLModel], str] = {
    AppealLine: _BESIDE,
    AssessmentCriterion: _BESIDE,
    BudgetAdjustment: "alerts of mismatches say nothing of a line's amount",
    BudgetLine: "`affected`: alerts of mismatches name the line; what is no contract's is judged every night",
    Counter: _NOBODY,
    EvaluationVersion: _NOBODY,
    Evidence: _NOBODY,
    EvidenceUse: _NOBODY,
    ExpenditureDecision: _BESIDE,
    Grant: _NOBODY,
    Incident: _NOBODY,
    IncidentFinding: _NOBODY,
    IssueType: "`affected`: alerts name it",
    MessageChannel: _NOBODY,
    MessageSettings: _NOBODY,
    PasswordHistory: _NOBODY,
    PayoutReading: _BESIDE,
    Principal: _NOBODY,
    ReminderDays: _NOBODY,
    ServiceCenter: _NOBODY,
    Site: _NOBODY,
    Token: _NOBODY,
    User: _NOBODY,
    Vendor: _NOBODY,
    WebhookEndpoint: "judged every night, since it is of no contract",
    WebhookNetwork: _NOBODY,
    WebhookSecret: _NOBODY,
}
"""The audited tables whose rows name no contract, and how a change of them still reaches the night."""


def mark(session: Session, contract_ids: Iterable[uuid.UUID]) -> None:
    """Have the next night look at some contracts, if this transaction is committed."""
    today = clock.today()
    rows = [{"id": new_id(), "contract_id": id_, "recorded_on": today} for id_ in sorted(set(contract_ids))]
    if rows:
        session.connection().execute(_MARK, one_or_all(rows))


_MARK = insert(ChangedContract)


def mark_every(session: Session) -> None:
    """Have the next night look at all contracts, if this transaction is committed."""
    mark(session, [EVERY])


_NAMING: Mapping[str, Callable[[Session, Collection[uuid.UUID]], set[uuid.UUID]]] = {
    str(IssueType.__tablename__): queries.naming_issue_types,
    str(BudgetLine.__tablename__): queries.naming_budget_lines,
}
NAMED_BY_ALERTS = frozenset(_NAMING)
"""The tables without contracts whose rows alerts of contracts name."""


def affected(session: Session, keys: Mapping[str, Collection[uuid.UUID]]) -> set[uuid.UUID]:
    """Give the contracts of whose alerts some changed rows are a part; `keys` are ids by tables of NAMED_BY_ALERTS."""
    return {id_ for table, ids in keys.items() for id_ in _NAMING[table](session, ids)}

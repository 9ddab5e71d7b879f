"""Every nightly job by its name, in their order: what it judges or drafts, and which contracts time moves for it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import ClassVar

from sqlmodel import Session, col

from app.features.alerts.service import reconcile
from app.features.alerts.state import Evaluation, Tally
from app.features.assessments import (
    failed_months,
    late_notices,
    missing_annual,
    overdue_rectifications,
    repeat_offences,
)
from app.features.audit.actor import Actor
from app.features.budgets import mismatches as budget_mismatches
from app.features.calendar import missing
from app.features.contracts import moving_queries as moving
from app.features.contracts.within import ALL, Within
from app.features.evaluations.progress import draft_progress_reports
from app.features.job_runs import service
from app.features.messages.writing import write_messages
from app.features.metrics import missing as missing_metrics
from app.features.nights.queries import Among
from app.features.settlements.drafting import draft_due_settlements
from app.features.settlements.ledger import checks as ledger_checks
from app.features.settlements.payments import behind as payments_behind
from app.features.settlements.payouts.drafting import draft_payouts
from app.features.settlements.triggers import flags as clause_triggers
from app.features.vendor_duties import missing_reports, vacant_posts
from app.features.webhooks import flags as disabled_endpoints
from app.models import Alert
from app.models.words import AlertKind, DueKind
from app.settings import settings

Settled = Callable[[uuid.UUID | None], bool]
"""Tells for which contracts a date is the past."""


def _missed_jobs(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    return service.missed_jobs(session, JOBS, as_of, within.since)


def _missing_calendar(session: Session, as_of: date, _within: Within = ALL) -> Evaluation:
    return missing.evaluate(session, as_of)


def _disabled_endpoints(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    # An endpoint is of no contract.
    return Evaluation() if within.contract_id else disabled_endpoints.evaluate(session, as_of, within.centers)


def _write_messages(session: Session, _actor: Actor, as_of: date, _within: Within = ALL) -> Tally:
    return write_messages(session, as_of, settings().public_url)


def _draft_progress_reports(session: Session, actor: Actor, as_of: date, _within: Within = ALL) -> Tally:
    return draft_progress_reports(session, actor, as_of)


class Reach(Enum):
    """What a job judges: each contract by itself, that and what is no contract's, or only the latter."""

    CONTRACTS = auto()
    CONTRACTS_AND_REST = auto()
    REST = auto()


@dataclass(frozen=True, slots=True)
class Flags:
    """A nightly job that keeps alerts true: which, and the function that says what the facts demand."""

    kind: AlertKind
    evaluate: Callable[[Session, date, Within], Evaluation]
    moved: Among = moving.NOTHING
    """Which contracts time alone moves."""
    reach: Reach = Reach.CONTRACTS
    apart: ClassVar[bool] = False

    def do(self, session: Session, actor: Actor, as_of: date, within: Within, settled: Settled) -> Tally:
        """Judge a part of what there is, and bring its alerts to what the facts demand."""
        found = self.evaluate(session, as_of, within)
        return reconcile(session, actor, self.kind, found, as_of, settled, *within.among(col(Alert.contract_id)))


@dataclass(frozen=True, slots=True)
class Drafts:
    """A nightly job that drafts what a person then approves; a second run finds nothing left to draft."""

    draft: Callable[[Session, Actor, date, Within], Tally]
    moved: Among = moving.NOTHING
    reach: Reach = Reach.CONTRACTS
    apart: bool = False
    """Whether its parts stand for themselves: each is a transaction of its own, so that nobody waits for all."""

    def do(self, session: Session, actor: Actor, as_of: date, within: Within, _settled: Settled) -> Tally:
        """Draft a part of what there is."""
        return self.draft(session, actor, as_of, within)


FLAGS = {
    "flag_missed_jobs": Flags(AlertKind.JOB_MISSED, _missed_jobs, reach=Reach.REST),
    "flag_missing_calendar": Flags(AlertKind.CALENDAR_MISSING, _missing_calendar, reach=Reach.REST),
    "flag_late_notices": Flags(AlertKind.LATE_NOTICE, late_notices.evaluate, moving.falling_due(DueKind.NOTICE)),
    "flag_missing_annual_assessments": Flags(
        AlertKind.MISSING_ANNUAL_ASSESSMENT, missing_annual.evaluate, moving.falling_due(DueKind.ANNUAL_ASSESSMENT)
    ),
    "flag_overdue_rectifications": Flags(
        AlertKind.OVERDUE_RECTIFICATION, overdue_rectifications.evaluate, moving.falling_due(DueKind.RECTIFICATION)
    ),
    "flag_repeat_offences": Flags(AlertKind.REPEAT_OFFENCE, repeat_offences.evaluate),
    "flag_below_pass_mark": Flags(AlertKind.BELOW_PASS_MARK, failed_months.evaluate_below),
    "flag_consecutive_fails": Flags(AlertKind.CONSECUTIVE_FAIL, failed_months.evaluate_consecutive),
    "flag_clause_triggers": Flags(AlertKind.CLAUSE_TRIGGER, clause_triggers.evaluate),
    "flag_missing_monthly_reports": Flags(
        AlertKind.MISSING_MONTHLY_REPORT, missing_reports.evaluate, moving.falling_due(DueKind.MONTHLY_REPORT)
    ),
    "flag_missing_metrics": Flags(
        AlertKind.MISSING_METRICS, missing_metrics.evaluate, moving.falling_due(DueKind.METRICS)
    ),
    "flag_vacant_key_posts": Flags(AlertKind.KEY_POST_VACANT, vacant_posts.evaluate, moving.FALLING_VACANT),
    "flag_payments_behind": Flags(
        AlertKind.PAYMENT_BEHIND, payments_behind.evaluate, moving.falling_due(DueKind.PAYMENT)
    ),
    "flag_ledger_mismatches": Flags(AlertKind.LEDGER_MISMATCH, ledger_checks.evaluate),
    "flag_budget_mismatches": Flags(
        AlertKind.BUDGET_LINE_MISMATCH, budget_mismatches.evaluate, reach=Reach.CONTRACTS_AND_REST
    ),
    "flag_disabled_endpoints": Flags(AlertKind.ENDPOINT_DISABLED, _disabled_endpoints, reach=Reach.REST),
}
DRAFTS = {
    "draft_due_settlements": Drafts(draft_due_settlements, moving.ENDING_MONTHS, apart=True),
    "draft_payouts": Drafts(draft_payouts, moving.ENDING_MONTHS),
    "draft_progress_reports": Drafts(_draft_progress_reports, reach=Reach.REST),
}
TELLS = {
    "write_messages": Drafts(_write_messages, reach=Reach.REST),
}
"""What tells people of it, once all else of the night is done."""
JOBS: dict[str, Flags | Drafts] = {**FLAGS, **DRAFTS, **TELLS}
"""Every nightly job by its name, in their order."""

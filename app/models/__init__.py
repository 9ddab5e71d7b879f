"""The tables, one small family a file; importing this package gives Alembic the whole schema."""

from app.models.access import Grant, PasswordHistory, Principal, SignInFailures, Token, User, UserSession
from app.models.access_log import AccessLogEntry
from app.models.alerts import Alert
from app.models.annual import AnnualAssessment
from app.models.answers import Acknowledgement, AppealLine, Rectification
from app.models.assessments import Assessment, AssessmentCriterion, Finding
from app.models.audit import AuditEvent, AuditHead
from app.models.base import Table
from app.models.budgets import BudgetAdjustment, BudgetLine, Expenditure, ExpenditureDecision, ProgressReport
from app.models.calendar import WorkCalendarDay, WorkCalendarYear
from app.models.contracts import Contract, ContractYear, DueDate, TermsVersion
from app.models.decisions import ClauseDecision
from app.models.duties import KeyPostFact, MonthlyReport, MonthlyReportReturn
from app.models.evaluations import Evaluation, EvaluationVersion
from app.models.events import Event, EventHead
from app.models.evidence import Evidence, EvidenceUse
from app.models.idempotency import IdempotencyKey
from app.models.job_runs import JobRun
from app.models.ledger import LedgerEntry, LedgerLine
from app.models.messages import AlertNote, Message, MessageChannel, MessageNight, MessageSettings, ReminderDays
from app.models.metrics import MonthMetricCodes, MonthMetrics
from app.models.nights import ChangedContract, Gathering, NightContract, NightTurn
from app.models.objections import Objection
from app.models.parties import Counter, IssueType, ServiceCenter, Site, Vendor
from app.models.payouts import Payout, PayoutReading
from app.models.revisions import Appeal, AssessmentRevision
from app.models.settlements import Payment, Settlement, SettlementLine
from app.models.signals import Incident, IncidentFinding, Signal
from app.models.trials import Trial
from app.models.webhooks import (
    EndpointHealth,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookNetwork,
    WebhookSecret,
)

__all__ = [
    "AccessLogEntry",
    "Acknowledgement",
    "Alert",
    "AlertNote",
    "AnnualAssessment",
    "Appeal",
    "AppealLine",
    "Assessment",
    "AssessmentCriterion",
    "AssessmentRevision",
    "AuditEvent",
    "AuditHead",
    "BudgetAdjustment",
    "BudgetLine",
    "ChangedContract",
    "ClauseDecision",
    "Contract",
    "ContractYear",
    "Counter",
    "DueDate",
    "EndpointHealth",
    "Evaluation",
    "EvaluationVersion",
    "Event",
    "EventHead",
    "Evidence",
    "EvidenceUse",
    "Expenditure",
    "ExpenditureDecision",
    "Finding",
    "Gathering",
    "Grant",
    "IdempotencyKey",
    "Incident",
    "IncidentFinding",
    "IssueType",
    "JobRun",
    "KeyPostFact",
    "LedgerEntry",
    "LedgerLine",
    "Message",
    "MessageChannel",
    "MessageNight",
    "MessageSettings",
    "MonthMetricCodes",
    "MonthMetrics",
    "MonthlyReport",
    "MonthlyReportReturn",
    "NightContract",
    "NightTurn",
    "Objection",
    "PasswordHistory",
    "Payment",
    "Payout",
    "PayoutReading",
    "Principal",
    "ProgressReport",
    "Rectification",
    "ReminderDays",
    "ServiceCenter",
    "Settlement",
    "SettlementLine",
    "SignInFailures",
    "Signal",
    "Site",
    "Table",
    "TermsVersion",
    "Token",
    "Trial",
    "User",
    "UserSession",
    "Vendor",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookNetwork",
    "WebhookSecret",
    "WorkCalendarDay",
    "WorkCalendarYear",
]

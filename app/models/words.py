"""The closed lists of words that tables store; each value is what the API shows."""

from enum import StrEnum


class Role(StrEnum):
    """Who may come in (api.md section 4)."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    FINANCE = "finance"
    AUDITOR = "auditor"
    VENDOR = "vendor"
    INTEGRATION = "integration"
    """Another system, which may do what its token's scopes name."""


class Language(StrEnum):
    """In which language somebody is written to."""

    CHINESE = "zh"
    ENGLISH = "en"


class SessionEnd(StrEnum):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed_out"
    SIGNED_IN_AGAIN = "signed_in_again"
    """The browser that had it signed in anew."""
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 a reason, not a secret
    ROLE_CHANGED = "role_changed"
    """What the person may do or see was changed."""
    DISABLED = "disabled"
    ENDED = "ended"
    """An administrator ended it."""


class AccessKind(StrEnum):
    """What an entry of the access log tells of; what changes something is in the audit instead."""

    READ = "read"
    EXPORT = "export"
    """A file was given to be saved."""
    REFUSAL = "refusal"
    SIGN_IN = "sign_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_OUT = "sign_out"
    LOSS = "loss"
    """So many entries were lost, because the database took none for too long."""


class DueKind(StrEnum):
    """What is owed by a due date."""

    NOTICE = "notice"
    ANNUAL_ASSESSMENT = "annual_assessment"
    PAYMENT = "payment"
    ACKNOWLEDGEMENT = "acknowledgement"
    APPEAL = "appeal"
    RECTIFICATION = "rectification"
    MONTHLY_REPORT = "monthly_report"
    KEY_POST = "key_post"
    METRICS = "metrics"


ONCE_GIVEN = (DueKind.PAYMENT, DueKind.ACKNOWLEDGEMENT, DueKind.APPEAL, DueKind.RECTIFICATION)
"""What is owed by the date that was given for it: no later amendment moves it, only a holiday notice does."""


class Stage(StrEnum):
    """How far a month has come: nobody assessed it, drafted, final, notified to the vendor."""

    NOT_ASSESSED = "not_assessed"
    DRAFT = "draft"
    FINAL = "final"
    NOTIFIED = "notified"


class AppealOutcome(StrEnum):
    """What the centre decided about a vendor's appeal (申诉): 成立, 部分成立, 不成立."""

    UPHELD = "upheld"
    UPHELD_IN_PART = "upheld_in_part"
    REJECTED = "rejected"


class AppealAbout(StrEnum):
    """What a line of an appeal is about: the month's score, a criterion of the rubric, a finding."""

    SCORE = "score"
    CRITERION = "criterion"
    FINDING = "finding"


class Verification(StrEnum):
    """What the centre found of a rectification (整改)."""

    VERIFIED = "verified"
    RETURNED = "returned"


class ClosingReason(StrEnum):
    """Why no later month of a contract is expected."""

    ENDED = "ended"
    TERMINATED = "terminated"
    HANDED_OVER = "handed_over"


class AlertKind(StrEnum):
    """What the nightly jobs find (domain.md section 9)."""

    LATE_NOTICE = "late_notice"
    REPEAT_OFFENCE = "repeat_offence"
    BELOW_PASS_MARK = "below_pass_mark"  # noqa: S105 a mark, not a password
    CONSECUTIVE_FAIL = "consecutive_fail"
    MISSING_ANNUAL_ASSESSMENT = "missing_annual_assessment"
    PAYMENT_BEHIND = "payment_behind"
    LEDGER_MISMATCH = "ledger_mismatch"
    CLAUSE_TRIGGER = "clause_trigger"
    CALENDAR_MISSING = "calendar_missing"
    JOB_MISSED = "job_missed"
    OVERDUE_RECTIFICATION = "overdue_rectification"
    MISSING_MONTHLY_REPORT = "missing_monthly_report"
    KEY_POST_VACANT = "key_post_vacant"
    ENDPOINT_DISABLED = "endpoint_disabled"
    BUDGET_LINE_MISMATCH = "budget_line_mismatch"
    MISSING_METRICS = "missing_metrics"


class ExpenditureDecisionKind(StrEnum):
    """What was decided about an expenditure whose line is not for its purpose, or whose line is the wrong one."""

    RECLASSIFIED = "reclassified"
    ACCEPTED = "accepted"


class ProgressStatus(StrEnum):
    """How far a quarterly progress report has come."""

    DRAFT = "draft"
    HANDED_OVER = "handed_over"


class MoneyStatus(StrEnum):
    """How far a settlement or a payout has come; whether it is paid follows from its payments."""

    DRAFT = "draft"
    APPROVED = "approved"
    SUPERSEDED = "superseded"


class LedgerCause(StrEnum):
    """What posts an entry."""

    OPENING = "opening"
    SETTLEMENT = "settlement"
    PAYMENT = "payment"
    PAYMENT_VOID = "payment_void"
    PAYOUT = "payout"


class PayoutKind(StrEnum):
    """By which clause a fund is paid out; a release is one of the clause `holdback`."""

    PRORATED_PAYOUT = "prorated_payout"
    PAYOUT_BY_SCORE = "payout_by_score"
    SCORE_AWARD = "score_award"
    ALL_OR_NOTHING = "all_or_nothing"
    RELEASE = "release"


class Rest(StrEnum):
    """What becomes of what a chosen reading leaves in the fund for its year."""

    FORFEITED = "forfeited"
    HELD = "held"
    RELEASED = "released"


class ObjectionState(StrEnum):
    """How far a vendor's objection (异议) has come."""

    FILED = "filed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ObjectionRemedy(StrEnum):
    """By what act an accepted objection is put right: the objection itself changes no figure."""

    REVISION = "revision"
    """Of the month's result or findings."""
    DECISION = "decision"
    """On a share that a clause leaves open."""
    ADJUSTMENT = "adjustment"
    """By an amendment or a fact put right, which the next draft adjusts by."""


class AlertStatus(StrEnum):
    """Open, taken up (受理) by somebody, resolved."""

    OPEN = "open"
    TAKEN_UP = "taken_up"
    RESOLVED = "resolved"


class Severity(StrEnum):
    """How much an alert weighs."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class RunStatus(StrEnum):
    """How the last attempt of a job run ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"


class TrialStatus(StrEnum):
    """How far a trial of a whole centre has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class AskedBy(StrEnum):
    """Who asked for a job run first."""

    CLOCK = "clock"
    COMMAND = "command"
    API = "api"
    DEMO = "demo"


class Stream(StrEnum):
    """To whom an event is told: a vendor's own stream, or its service center's."""

    VENDOR = "vendor"
    CENTER = "center"


class EndpointStatus(StrEnum):
    """Whether deliveries are sent to an endpoint."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


class DisabledBecause(StrEnum):
    """Why nothing is sent to an endpoint: it failed for too long, answered 410, or somebody said so."""

    FAILING = "failing"
    GONE = "gone"
    BY_VENDOR = "by_vendor"


class DeliveryStatus(StrEnum):
    """How far the delivery of one event to one endpoint has come."""

    PENDING = "pending"
    DELIVERED = "delivered"
    EXHAUSTED = "exhausted"
    """Every attempt of the schedule failed; it can be sent again by hand."""
    DROPPED = "dropped"
    """The endpoint was disabled or deleted, or the event is no longer readable, before it arrived."""


class AttemptOutcome(StrEnum):
    """How one attempt of a delivery ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The program was stopped before it could note the answer; the delivery is attempted again."""


class SignalStatus(StrEnum):
    """What became of a signal."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    KNOWN = "known"
    """It came when its incident was a finding already."""
    DISMISSED = "dismissed"


class IncidentStatus(StrEnum):
    """What became of an incident."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    MERGED = "merged"
    """All of its signals stand in other incidents."""


class ChannelKind(StrEnum):
    """By what a person is written to."""

    EMAIL = "email"
    DINGTALK = "dingtalk"
    WECOM = "wecom"
    FEISHU = "feishu"


class MessageKind(StrEnum):
    """What a message is: a night's news of alerts, due dates alone, or a trial that its reader asked for."""

    DIGEST = "digest"
    REMINDER = "reminder"
    TEST = "test"


class MessageStatus(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """An attempt failed; another one follows."""
    GIVEN_UP = "given_up"


class AlertNews(StrEnum):
    """What has become of an alert since the night before."""

    OPENED = "opened"
    WORSENED = "worsened"
    RESOLVED = "resolved"


class EvaluationKind(StrEnum):
    """Whose evaluation of a project's year it is."""

    SELF_EVALUATION = "self_evaluation"
    """自评: the centre's own."""
    SCORED_REPORT = "scored_report"
    """An evaluator's report with its scores."""


class EvaluationStatus(StrEnum):
    """Whether an evaluation may still be changed without a reason."""

    DRAFT = "draft"
    FINAL = "final"

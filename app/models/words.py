"""The closed lists of words that tables store; each value is what the API shows."""

from enum import StrEnum


class Role(StrEnum):
    """Who may come in (api.md section 4)."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    FINANCE = "finance"
    AUDITOR = "auditor"
    VENDOR = "vendor"


class DueKind(StrEnum):
    """What is owed by a due date."""

    NOTICE = "notice"
    ANNUAL_ASSESSMENT = "annual_assessment"


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
    CALENDAR_MISSING = "calendar_missing"
    JOB_MISSED = "job_missed"


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


class AskedBy(StrEnum):
    """Who asked for a job run first."""

    CLOCK = "clock"
    COMMAND = "command"
    API = "api"
    DEMO = "demo"

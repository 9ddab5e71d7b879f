"""Every clause: money that is paid with a quarter's or year's end has a fund, and clauses trigger alerts."""

from alembic import op

from migrations.guards import change_words

revision = "20261121_clauses"
down_revision = "20261121_facts"
branch_labels = None
depends_on = None

_FUNDS = ("holdback", "pool")
_ALERTS = (
    "late_notice",
    "repeat_offence",
    "below_pass_mark",
    "consecutive_fail",
    "job_missed",
    "missing_annual_assessment",
    "calendar_missing",
    "payment_behind",
    "ledger_mismatch",
)


def upgrade() -> None:
    """Go forward."""
    change_words("ledger_lines", "fund", (*_FUNDS, "deferred"))
    change_words("payouts", "source", (*_FUNDS, "deferred"))
    change_words("alerts", "kind", (*_ALERTS, "clause_trigger"))


def downgrade() -> None:
    """Go back; the older program has no such alerts, and refuses a ledger that holds deferred money."""
    op.execute("DELETE FROM alerts WHERE kind = 'clause_trigger'")
    change_words("alerts", "kind", _ALERTS)
    change_words("payouts", "source", _FUNDS)
    change_words("ledger_lines", "fund", _FUNDS)

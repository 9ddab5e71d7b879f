"""Evaluations: the yearly indicator table, version by version."""

revision = "20261122_evaluations"
down_revision = "20261122_month_metrics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""


def downgrade() -> None:
    """Go back."""

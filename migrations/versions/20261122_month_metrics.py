"""Monthly figures: by when they are owed, what was imported."""

revision = "20261122_month_metrics"
down_revision = "20261122_budgets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""


def downgrade() -> None:
    """Go back."""

"""Budgets: lines of a project and year, what was added, what was spent, progress reports."""

revision = "20261122_budgets"
down_revision = "20261121_messages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""


def downgrade() -> None:
    """Go back."""

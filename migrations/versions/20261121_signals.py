"""Signals: complaints and bad reviews from other systems, proposed as findings."""

revision = "20261121_signals"
down_revision = "20261121_duties"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""


def downgrade() -> None:
    """Go back."""

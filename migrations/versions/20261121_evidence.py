"""Evidence: files that vendors and supervisors hand in, by their hash."""

revision = "20261121_evidence"
down_revision = "20261121_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""


def downgrade() -> None:
    """Go back."""

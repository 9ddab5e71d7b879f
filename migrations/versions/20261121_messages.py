"""Messages to people: their channels, what was sent, the days of reminders."""

revision = "20261121_messages"
down_revision = "20261121_access_log"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""


def downgrade() -> None:
    """Go back."""

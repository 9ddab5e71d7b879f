"""What a vendor owes of itself: monthly reports and key posts, and its objections to what it is paid."""

revision = "20261121_duties"
down_revision = "20261121_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""


def downgrade() -> None:
    """Go back."""

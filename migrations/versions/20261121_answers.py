"""The vendor's answers to a notice: acknowledgements, appeals by line, rectifications."""

revision = "20261121_answers"
down_revision = "20261121_evidence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""


def downgrade() -> None:
    """Go back."""

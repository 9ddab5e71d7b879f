"""The access log: who read figures and evidence, who signed in, who was refused."""

revision = "20261121_access_log"
down_revision = "20261121_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""


def downgrade() -> None:
    """Go back."""

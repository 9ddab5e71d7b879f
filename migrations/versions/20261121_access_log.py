"""The access log: who read figures and evidence, who signed in, who was refused."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_access_log"
down_revision = "20261121_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "access_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "read",
                "export",
                "refusal",
                "sign_in",
                "sign_in_refused",
                "sign_out",
                "loss",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("principal_id", sa.Uuid(), nullable=True),
        sa.Column("principal", sa.String(64), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "supervisor",
                "finance",
                "auditor",
                "vendor",
                "integration",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("vendor_id", sa.Uuid(), nullable=True),
        sa.Column("service_center_id", sa.Uuid(), nullable=True),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("route", sa.String(200), nullable=False),
        sa.Column("subjects", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=True),
        sa.Column("address", sa.String(45), nullable=True),
        sa.Column("code", sa.String(64), nullable=True),
        sa.Column("digested_on", sa.Date(), nullable=True),
        sa.CheckConstraint("times > 0", name=op.f("ck_access_log_times_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.create_index("ix_access_log_center", ["service_center_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_log_digested_on"), ["digested_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_log_occurred_at"), ["occurred_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_log_principal_id"), ["principal_id"], unique=False)


def downgrade() -> None:
    """Go back; who saw what until then is lost."""
    op.drop_table("access_log")

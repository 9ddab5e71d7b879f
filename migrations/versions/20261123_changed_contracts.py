"""Changed contracts: what a night must look at again."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_changed_contracts"
down_revision = "20261122_evaluations"
branch_labels = None
depends_on = None

_NOTED = (("gathered", sa.Integer()), ("program", sa.String(100)), ("overlooked", sa.Integer()))


def upgrade() -> None:
    """Go forward; the runs so far noted no gathering, so the first night after this one looks at all contracts."""
    op.create_table(
        "changed_contracts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changed_contracts")),
    )
    op.create_table(
        "gatherings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gatherings")),
    )
    op.create_table(
        "night_contracts",
        sa.Column("gathering", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("gathering", "contract_id", name=op.f("pk_night_contracts")),
    )
    op.create_table(
        "night_turns",
        sa.Column("job", sa.String(64), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("turns_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("job", "contract_id", name=op.f("pk_night_turns")),
    )
    op.create_index("ix_night_turns_job_turns_on", "night_turns", ["job", "turns_on"], unique=False)
    op.create_index("ix_due_dates_contract_kind", "due_dates", ["contract_id", "kind"], unique=False)
    op.create_index("ix_assessments_served_to", "assessments", ["served_to"], unique=False)
    for name, type_ in _NOTED:
        op.add_column("job_runs", sa.Column(name, type_, nullable=True))


def downgrade() -> None:
    """Go back."""
    for name, _ in _NOTED:
        op.drop_column("job_runs", name)
    op.drop_index("ix_assessments_served_to", "assessments")
    op.drop_index("ix_due_dates_contract_kind", "due_dates")
    op.drop_index("ix_night_turns_job_turns_on", "night_turns")
    for table in ("night_turns", "night_contracts", "gatherings", "changed_contracts"):
        op.drop_table(table)

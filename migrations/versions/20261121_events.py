"""Events: the streams that tell vendors and centers what happened, and the words that come with the vendor's side."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import change_length, change_words

revision = "20261121_events"
down_revision = "20261121_trials"
branch_labels = None
depends_on = None

_ALERTS = (
    "late_notice",
    "repeat_offence",
    "below_pass_mark",
    "consecutive_fail",
    "job_missed",
    "missing_annual_assessment",
    "calendar_missing",
    "payment_behind",
    "ledger_mismatch",
    "clause_trigger",
)
_NEW_ALERTS = ("overdue_rectification", "missing_monthly_report", "key_post_vacant", "endpoint_disabled")
_DUE = ("notice", "annual_assessment", "payment")
_NEW_DUE = ("acknowledgement", "appeal", "rectification", "monthly_report", "key_post")
_ROLES = ("admin", "supervisor", "finance", "auditor", "vendor")
_INTEGRATION_OWNED = (
    "DELETE FROM tokens WHERE principal_id IN (SELECT id FROM principals WHERE role = 'integration')",
    "DELETE FROM grants WHERE principal_id IN (SELECT id FROM principals WHERE role = 'integration')",
    "DELETE FROM principals WHERE role = 'integration'",
)


def upgrade() -> None:
    """Go forward."""
    change_words("alerts", "kind", (*_ALERTS, *_NEW_ALERTS))
    change_words("due_dates", "kind", (*_DUE, *_NEW_DUE))
    change_words("principals", "role", (*_ROLES, "integration"))
    change_length("due_dates", "subject", 32, 64)
    op.add_column("tokens", sa.Column("scopes", sa.Text(), nullable=True))
    op.add_column("tokens", sa.Column("name", sa.String(64), nullable=True))
    op.add_column("tokens", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "event_heads",
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", name=op.f("pk_event_heads")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "stream",
            sa.Enum("vendor", "center", name="stream", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("fanned_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_events_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"], ["service_centers.id"], name=op.f("fk_events_service_center_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendors.id"], name=op.f("fk_events_vendor_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("stream_id", "key", name=op.f("uq_events_stream_id_key")),
        sa.UniqueConstraint("stream_id", "sequence", name=op.f("uq_events_stream_id_sequence")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index("ix_events_recorded_at", ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_service_center_id"), ["service_center_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_events_waiting",
            ["recorded_at"],
            unique=False,
            sqlite_where=sa.text("fanned_out_at IS NULL"),
            postgresql_where=sa.text("fanned_out_at IS NULL"),
        )


def downgrade() -> None:
    """Go back; the older program has no streams, no such alerts or due dates, and no integrations."""
    op.drop_table("events")
    op.drop_table("event_heads")
    for name in ("last_used_at", "name", "scopes"):
        op.drop_column("tokens", name)
    op.execute(f"DELETE FROM alerts WHERE kind IN {_NEW_ALERTS}")  # noqa: S608 our own words
    op.execute(f"DELETE FROM due_dates WHERE kind IN {_NEW_DUE}")  # noqa: S608 our own words
    for statement in _INTEGRATION_OWNED:
        op.execute(statement)
    change_length("due_dates", "subject", 64, 32)
    change_words("principals", "role", _ROLES)
    change_words("due_dates", "kind", _DUE)
    change_words("alerts", "kind", _ALERTS)

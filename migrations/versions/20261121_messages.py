"""Messages to people: their channels, what was sent, the days of reminders."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_messages"
down_revision = "20261121_access_log"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "message_channels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "email",
                "dingtalk",
                "wecom",
                "feishu",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("hint", sa.String(100), nullable=False),
        sa.Column("sealed", sa.String(2000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_message_channels_principal_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_channels")),
    )
    with op.batch_alter_table("message_channels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_channels_principal_id"), ["principal_id"], unique=False)

    op.create_table(
        "message_settings",
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_message_settings_principal_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("principal_id", name=op.f("pk_message_settings")),
    )
    op.create_table(
        "reminder_days",
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_reminder_days_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("service_center_id", name=op.f("pk_reminder_days")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("digest", "reminder", "test", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("service_centers", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "sending",
                "sent",
                "failed",
                "given_up",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'sending') = (claimed_until IS NOT NULL)", name=op.f("ck_messages_sending_is_claimed")
        ),
        sa.CheckConstraint(
            "(status IN ('waiting', 'failed')) = (next_attempt_at IS NOT NULL)",
            name=op.f("ck_messages_due_has_its_time"),
        ),
        sa.CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_messages_sent_has_its_instant")),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_messages_principal_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["message_channels.id"], name=op.f("fk_messages_channel_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(
            "uq_messages_night",
            ["principal_id", "channel_id", "business_date", "kind"],
            unique=True,
            sqlite_where=sa.text("kind <> 'test'"),
            postgresql_where=sa.text("kind <> 'test'"),
        )
        batch_op.create_index(
            "ix_messages_due",
            ["next_attempt_at"],
            unique=False,
            sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
            postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_messages_claimed",
            ["claimed_until"],
            unique=False,
            sqlite_where=sa.text("claimed_until IS NOT NULL"),
            postgresql_where=sa.text("claimed_until IS NOT NULL"),
        )

    op.create_table(
        "alert_notes",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "info", "warning", "critical", name="severity", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "news",
            sa.Enum(
                "opened", "worsened", "resolved", name="news", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_notes_alert_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_alert_notes")),
    )
    with op.batch_alter_table("alert_notes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_alert_notes_untold",
            ["alert_id"],
            unique=False,
            sqlite_where=sa.text("news IS NOT NULL"),
            postgresql_where=sa.text("news IS NOT NULL"),
        )

    op.create_table(
        "message_nights",
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("business_date", name=op.f("pk_message_nights")),
    )


def downgrade() -> None:
    """Go back; what was written to people is lost, the alerts stay."""
    op.drop_table("message_nights")
    op.drop_table("alert_notes")
    op.drop_table("messages")
    op.drop_table("reminder_days")
    op.drop_table("message_settings")
    op.drop_table("message_channels")

"""Records that hold: the audit, idempotency keys, revisions and appeals, annual assessments, versions of rows."""

from datetime import UTC, timedelta

import sqlalchemy as sa
from alembic import op

from migrations.guards import change_words, drop_guarded, refuse_changes

revision = "20261121_records"
down_revision = "20261121_house"
branch_labels = None
depends_on = None

_ONLY_ADDED_TO = ("audit_events", "assessment_revisions", "appeals")
_ALERTS = ("late_notice", "repeat_offence", "below_pass_mark", "consecutive_fail", "job_missed")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "audit_heads",
        sa.Column("chain", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chain", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("before_hash", sa.String(64), nullable=True),
        sa.Column("after_hash", sa.String(64), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=True),
        sa.Column("hash_name", sa.String(16), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_audit_events_number_positive")),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_audit_events_principal_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_audit_events_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        sa.UniqueConstraint("chain", "number", name=op.f("uq_audit_events_chain_number")),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_events_principal_id"), ["principal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_events_service_center_id"), ["service_center_id"], unique=False)
        batch_op.create_index("ix_audit_events_subject", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "idempotency_keys",
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_idempotency_keys_principal_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("principal_id", "key", name=op.f("pk_idempotency_keys")),
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_created_at"), ["created_at"], unique=False)

    op.create_table(
        "annual_assessments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("first_period", sa.String(7), nullable=False),
        sa.Column("last_period", sa.String(7), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column(
            "score_kind",
            sa.Enum(
                "exact",
                "at_least",
                "below",
                "unknown",
                name="score_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("score_hundredths", sa.BigInteger(), nullable=True),
        sa.Column("score_exact", sa.String(250), nullable=True),
        sa.Column("review_exact", sa.String(80), nullable=True),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("terms_version_id", sa.Uuid(), nullable=False),
        sa.Column("pass_mark_hundredths", sa.BigInteger(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "below",
                "not_below",
                "undetermined",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("grade", sa.String(50), nullable=True),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(100), nullable=True),
        sa.Column("notice_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("backdated", sa.Boolean(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score_hundredths >= 0", name=op.f("ck_annual_assessments_score_not_negative")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_annual_assessments_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_annual_assessments_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["terms_version_id"],
            ["terms_versions.id"],
            name=op.f("fk_annual_assessments_terms_version_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendors.id"], name=op.f("fk_annual_assessments_vendor_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_assessments")),
        sa.UniqueConstraint("contract_id", "year", name=op.f("uq_annual_assessments_contract_id_year")),
    )
    with op.batch_alter_table("annual_assessments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_annual_assessments_service_center_id"), ["service_center_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_annual_assessments_terms_version_id"), ["terms_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_annual_assessments_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "appeals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("against_revision", sa.Integer(), nullable=False),
        sa.Column("appealed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("grounds", sa.String(2000), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "upheld",
                "upheld_in_part",
                "rejected",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("document_no", sa.String(100), nullable=True),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_appeals_assessment_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_appeals_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_appeals_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint(
            "assessment_id", "against_revision", name=op.f("uq_appeals_assessment_id_against_revision")
        ),
    )
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeals_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appeals_service_center_id"), ["service_center_id"], unique=False)

    op.create_table(
        "assessment_revisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revised_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("author", sa.String(64), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "assessed",
                "not_assessed",
                "excused",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "score_kind",
            sa.Enum(
                "exact",
                "at_least",
                "below",
                "unknown",
                name="score_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("score_hundredths", sa.BigInteger(), nullable=True),
        sa.Column("score_exact", sa.String(80), nullable=True),
        sa.Column("state_reason", sa.String(1000), nullable=True),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("terms_version_id", sa.Uuid(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "below",
                "not_below",
                "undetermined",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("grade", sa.String(50), nullable=True),
        sa.Column("notified_on", sa.Date(), nullable=False),
        sa.Column("document_no", sa.String(100), nullable=True),
        sa.Column("added_findings", sa.Text(), nullable=False),
        sa.Column("withdrawn_findings", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(number = 0) = (reason IS NULL)", name=op.f("ck_assessment_revisions_revised_with_reason")),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessments.id"],
            name=op.f("fk_assessment_revisions_assessment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_assessment_revisions_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_assessment_revisions_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["terms_version_id"],
            ["terms_versions.id"],
            name=op.f("fk_assessment_revisions_terms_version_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_revisions")),
        sa.UniqueConstraint("assessment_id", "number", name=op.f("uq_assessment_revisions_assessment_id_number")),
    )
    with op.batch_alter_table("assessment_revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_revisions_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_assessment_revisions_service_center_id"), ["service_center_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_assessment_revisions_terms_version_id"), ["terms_version_id"], unique=False
        )

    op.add_column("alerts", sa.Column("version", sa.Integer(), server_default="1", nullable=False))

    op.add_column("assessments", sa.Column("backdated", sa.Boolean(), nullable=True))
    op.add_column("assessments", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("assessments", sa.Column("version", sa.Integer(), server_default="1", nullable=False))

    op.add_column("contracts", sa.Column("version", sa.Integer(), server_default="1", nullable=False))

    op.add_column("findings", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    _mark_backdated()
    for table in _ONLY_ADDED_TO:
        refuse_changes(table)
    change_words("alerts", "kind", (*_ALERTS, "missing_annual_assessment", "calendar_missing"))
    change_words("due_dates", "kind", ("notice", "annual_assessment"))


def _mark_backdated() -> None:
    """Say of each notice on record whether it came more than a week after its date, or without a number."""
    months = sa.table(
        "assessments",
        sa.column("id", sa.Uuid()),
        sa.column("notified_on", sa.Date()),
        sa.column("document_no", sa.String()),
        sa.column("notice_recorded_at", sa.DateTime(timezone=True)),
        sa.column("backdated", sa.Boolean()),
    )
    notified = sa.select(months.c.id, months.c.notified_on, months.c.document_no, months.c.notice_recorded_at)
    marks = []
    for id_, notified_on, document_no, recorded_at in op.get_bind().execute(
        notified.where(months.c.notified_on.is_not(None))
    ):
        # SQLite gives the instant without its mark; it is UTC, and eight hours on it is the day in Shanghai.
        utc = recorded_at.astimezone(UTC) if recorded_at.tzinfo else recorded_at
        recorded_on = (utc + timedelta(hours=8)).date()
        late = recorded_on - notified_on > timedelta(days=7)
        marks.append({"of": id_, "mark": late or document_no is None})
    if marks:
        statement = months.update().where(months.c.id == sa.bindparam("of")).values(backdated=sa.bindparam("mark"))
        op.get_bind().execute(statement, marks)


def downgrade() -> None:
    """Go back; what the older program does not know is lost, everything else stays."""
    op.execute("DELETE FROM alerts WHERE kind IN ('missing_annual_assessment', 'calendar_missing')")
    op.execute("DELETE FROM due_dates WHERE kind = 'annual_assessment'")
    change_words("alerts", "kind", _ALERTS)
    change_words("due_dates", "kind", ("notice",))
    for table, column in (
        ("findings", "version"),
        ("contracts", "version"),
        ("assessments", "version"),
        ("assessments", "revision"),
        ("assessments", "backdated"),
        ("alerts", "version"),
    ):
        op.drop_column(table, column)
    drop_guarded("assessment_revisions")
    drop_guarded("appeals")
    op.drop_table("annual_assessments")
    op.drop_table("idempotency_keys")
    drop_guarded("audit_events")
    op.drop_table("audit_heads")

"""The first schema, and the State Council's holiday notices for 2018 to 2026."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op

CALENDAR = Path(__file__).parent.parent / "work_calendar_2018_2026.csv"
SOURCE = "国务院办公厅关于部分节假日安排的通知"


revision = "20261121_house"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "job_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job", sa.String(64), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column(
            "asked_by",
            sa.Enum(
                "clock", "command", "api", "demo", name="asked_by", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum("succeeded", "failed", name="status", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_written", sa.Integer(), nullable=False),
        sa.Column("rows_skipped", sa.Integer(), nullable=False),
        sa.Column("rows_failed", sa.Integer(), nullable=False),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Text(), nullable=False),
        sa.Column("error", sa.String(1000), nullable=True),
        sa.Column("first_succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_runs")),
        sa.UniqueConstraint("job", "business_date", name=op.f("uq_job_runs_job_business_date")),
    )
    op.create_table(
        "service_centers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_centers")),
        sa.UniqueConstraint("code", name=op.f("uq_service_centers_code")),
    )
    op.create_table(
        "work_calendar",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working_day", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_work_calendar")),
    )
    op.create_table(
        "work_calendar_years",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_work_calendar_years")),
    )
    op.create_table(
        "issue_types",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_issue_types_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_types")),
        sa.UniqueConstraint("service_center_id", "code", name=op.f("uq_issue_types_service_center_id_code")),
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_center_id"], ["service_centers.id"], name=op.f("fk_sites_service_center_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("service_center_id", "code", name=op.f("uq_sites_service_center_id_code")),
    )
    op.create_table(
        "vendors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("credit_code", sa.String(18), nullable=True),
        sa.Column("external_ref", sa.String(100), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_vendors_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendors")),
        sa.UniqueConstraint("service_center_id", "name", name=op.f("uq_vendors_service_center_id_name")),
    )
    op.create_table(
        "contracts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("supervising_authority", sa.String(200), nullable=True),
        sa.Column("bidder", sa.String(200), nullable=True),
        sa.Column("performing_branch", sa.String(200), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("recorded_from", sa.String(7), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column(
            "closing_reason",
            sa.Enum(
                "ended",
                "terminated",
                "handed_over",
                name="closing_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("closing_note", sa.String(1000), nullable=True),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("external_ref", sa.String(100), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "closed_on IS NULL OR (closed_on >= starts_on AND closed_on <= ends_on)",
            name=op.f("ck_contracts_closed_within"),
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_contracts_starts_before_it_ends")),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_contracts_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendors.id"], name=op.f("fk_contracts_vendor_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("service_center_id", "number", name=op.f("uq_contracts_service_center_id_number")),
    )
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contracts_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "counters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_counters_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_counters_site_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counters")),
        sa.UniqueConstraint("service_center_id", "code", name=op.f("uq_counters_service_center_id_code")),
    )
    with op.batch_alter_table("counters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_counters_site_id"), ["site_id"], unique=False)

    op.create_table(
        "principals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "supervisor",
                "finance",
                "auditor",
                "vendor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("vendor_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(role = 'vendor') = (vendor_id IS NOT NULL)", name=op.f("ck_principals_vendor_has_its_company")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendors.id"], name=op.f("fk_principals_vendor_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principals")),
        sa.UniqueConstraint("name", name=op.f("uq_principals_name")),
    )
    with op.batch_alter_table("principals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_principals_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "late_notice",
                "repeat_offence",
                "below_pass_mark",
                "consecutive_fail",
                "job_missed",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open", "taken_up", "resolved", name="status", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.Enum(
                "info", "warning", "critical", name="severity", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("taken_up_on", sa.Date(), nullable=True),
        sa.Column("taken_up_by", sa.String(64), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("accepted_by", sa.String(64), nullable=True),
        sa.Column("accepted_reason", sa.String(1000), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(status = 'resolved') = (until IS NOT NULL)", name=op.f("ck_alerts_resolved_has_its_day")),
        sa.CheckConstraint("until >= since", name=op.f("ck_alerts_since_before_until")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_alerts_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"], ["service_centers.id"], name=op.f("fk_alerts_service_center_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index("ix_alerts_center_status", ["service_center_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_alerts_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index("uq_alerts_subject", ["kind", "contract_id", "subject"], unique=True)
        batch_op.create_index(
            "uq_alerts_subject_of_service",
            ["kind", "subject"],
            unique=True,
            sqlite_where=sa.text("contract_id IS NULL"),
            postgresql_where=sa.text("contract_id IS NULL"),
        )

    op.create_table(
        "contract_years",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_contract_years_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_contract_years_contract_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("contract_id", "year", name=op.f("pk_contract_years")),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("issue_type_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("counter", sa.String(32), nullable=True),
        sa.Column("description", sa.String(2000), nullable=True),
        sa.Column("deduction_hundredths", sa.BigInteger(), nullable=True),
        sa.Column("at_least", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(1000), nullable=True),
        sa.Column("external_ref", sa.String(100), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_on IS NULL) = (withdrawn_reason IS NULL)", name=op.f("ck_findings_withdrawn_with_reason")
        ),
        sa.CheckConstraint("deduction_hundredths >= 0", name=op.f("ck_findings_deduction_not_negative")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_findings_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["issue_type_id"], ["issue_types.id"], name=op.f("fk_findings_issue_type_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_findings_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendors.id"], name=op.f("fk_findings_vendor_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_findings_issue_type_id"), ["issue_type_id"], unique=False)
        batch_op.create_index("ix_findings_recurrence", ["contract_id", "issue_type_id", "occurred_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_findings_service_center_id"), ["service_center_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_findings_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "grants",
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_grants_principal_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"], ["service_centers.id"], name=op.f("fk_grants_service_center_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("principal_id", "service_center_id", name=op.f("pk_grants")),
    )
    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grants_service_center_id"), ["service_center_id"], unique=False)

    op.create_table(
        "terms_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("repeat_threshold", sa.Integer(), nullable=True),
        sa.Column("consecutive_mark_hundredths", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_terms_versions_contract_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_versions")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_terms_versions_contract_id_number")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_tokens_principal_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tokens_token_hash")),
    )
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tokens_principal_id"), ["principal_id"], unique=False)

    op.create_table(
        "assessments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("served_from", sa.Date(), nullable=False),
        sa.Column("served_to", sa.Date(), nullable=False),
        sa.Column("expected", sa.Boolean(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "not_assessed",
                "draft",
                "final",
                "notified",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
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
            nullable=True,
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
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("assessed_on", sa.Date(), nullable=True),
        sa.Column("final_on", sa.Date(), nullable=True),
        sa.Column("terms_version_id", sa.Uuid(), nullable=True),
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
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(100), nullable=True),
        sa.Column("notice_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(stage = 'not_assessed') = (state IS NULL)", name=op.f("ck_assessments_drafted_has_a_state")
        ),
        sa.CheckConstraint(
            "(stage = 'notified') = (notified_on IS NOT NULL)", name=op.f("ck_assessments_notified_has_its_day")
        ),
        sa.CheckConstraint(
            "(stage IN ('final', 'notified')) = (final_on IS NOT NULL)", name=op.f("ck_assessments_final_has_its_day")
        ),
        sa.CheckConstraint("score_hundredths >= 0", name=op.f("ck_assessments_score_not_negative")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_assessments_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_assessments_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["terms_version_id"],
            ["terms_versions.id"],
            name=op.f("fk_assessments_terms_version_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendors.id"], name=op.f("fk_assessments_vendor_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.UniqueConstraint("contract_id", "period", name=op.f("uq_assessments_contract_id_period")),
    )
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.create_index("ix_assessments_center_period", ["service_center_id", "period"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessments_terms_version_id"), ["terms_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessments_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index("ix_assessments_verdict", ["verdict", "final_on"], unique=False)

    op.create_table(
        "due_dates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind", sa.Enum("notice", name="kind", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("terms_version_id", sa.Uuid(), nullable=False),
        sa.Column("event_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("superseded_on", sa.Date(), nullable=True),
        sa.Column("superseded_because", sa.String(200), nullable=True),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_due_dates_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_due_dates_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["terms_version_id"], ["terms_versions.id"], name=op.f("fk_due_dates_terms_version_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_dates")),
    )
    with op.batch_alter_table("due_dates", schema=None) as batch_op:
        batch_op.create_index(
            "ix_due_dates_met_late",
            ["kind", "due_on"],
            unique=False,
            sqlite_where=sa.text("met_on > due_on"),
            postgresql_where=sa.text("met_on > due_on"),
        )
        batch_op.create_index(batch_op.f("ix_due_dates_service_center_id"), ["service_center_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_due_dates_terms_version_id"), ["terms_version_id"], unique=False)
        batch_op.create_index(
            "ix_due_dates_unmet",
            ["kind", "due_on"],
            unique=False,
            sqlite_where=sa.text("met_on IS NULL"),
            postgresql_where=sa.text("met_on IS NULL"),
        )
        batch_op.create_index(
            "uq_due_dates_in_force",
            ["contract_id", "kind", "subject"],
            unique=True,
            sqlite_where=sa.text("superseded_on IS NULL"),
            postgresql_where=sa.text("superseded_on IS NULL"),
        )

    op.create_table(
        "assessment_criteria",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("criterion", sa.String(64), nullable=False),
        sa.Column("points_hundredths", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessments.id"],
            name=op.f("fk_assessment_criteria_assessment_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("assessment_id", "criterion", name=op.f("pk_assessment_criteria")),
    )
    _load_calendar()


def _load_calendar() -> None:
    """Enter the named days; facts from the yearly notices, each year's with the working days that make up for it."""
    days = sa.table(
        "work_calendar",
        sa.column("day", sa.Date()),
        sa.column("is_working_day", sa.Boolean()),
        sa.column("name", sa.String()),
        sa.column("source", sa.String()),
    )
    years = sa.table(
        "work_calendar_years",
        sa.column("year", sa.Integer()),
        sa.column("source", sa.String()),
        sa.column("recorded_at", sa.DateTime(timezone=True)),
    )
    with CALENDAR.open(encoding="utf-8", newline="") as file:
        rows = [
            {
                "day": date.fromisoformat(row["day"]),
                "is_working_day": row["is_working_day"] == "1",
                "name": row["name"],
                "source": SOURCE,
            }
            for row in csv.DictReader(file)
        ]
    op.bulk_insert(days, rows)
    now = datetime.now(UTC)
    op.bulk_insert(years, [{"year": year, "source": SOURCE, "recorded_at": now} for year in range(2018, 2027)])


def downgrade() -> None:
    """Go back."""
    op.drop_table("assessment_criteria")
    with op.batch_alter_table("due_dates", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_due_dates_in_force",
            sqlite_where=sa.text("superseded_on IS NULL"),
            postgresql_where=sa.text("superseded_on IS NULL"),
        )
        batch_op.drop_index(
            "ix_due_dates_unmet", sqlite_where=sa.text("met_on IS NULL"), postgresql_where=sa.text("met_on IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_due_dates_terms_version_id"))
        batch_op.drop_index(batch_op.f("ix_due_dates_service_center_id"))
        batch_op.drop_index(
            "ix_due_dates_met_late",
            sqlite_where=sa.text("met_on > due_on"),
            postgresql_where=sa.text("met_on > due_on"),
        )

    op.drop_table("due_dates")
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.drop_index("ix_assessments_verdict")
        batch_op.drop_index(batch_op.f("ix_assessments_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_assessments_terms_version_id"))
        batch_op.drop_index("ix_assessments_center_period")

    op.drop_table("assessments")
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tokens_principal_id"))

    op.drop_table("tokens")
    op.drop_table("terms_versions")
    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grants_service_center_id"))

    op.drop_table("grants")
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_findings_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_findings_service_center_id"))
        batch_op.drop_index("ix_findings_recurrence")
        batch_op.drop_index(batch_op.f("ix_findings_issue_type_id"))

    op.drop_table("findings")
    op.drop_table("contract_years")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_alerts_subject_of_service",
            sqlite_where=sa.text("contract_id IS NULL"),
            postgresql_where=sa.text("contract_id IS NULL"),
        )
        batch_op.drop_index("uq_alerts_subject")
        batch_op.drop_index(batch_op.f("ix_alerts_contract_id"))
        batch_op.drop_index("ix_alerts_center_status")

    op.drop_table("alerts")
    with op.batch_alter_table("principals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_principals_vendor_id"))

    op.drop_table("principals")
    with op.batch_alter_table("counters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_counters_site_id"))

    op.drop_table("counters")
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contracts_vendor_id"))

    op.drop_table("contracts")
    op.drop_table("vendors")
    op.drop_table("sites")
    op.drop_table("issue_types")
    op.drop_table("work_calendar_years")
    op.drop_table("work_calendar")
    op.drop_table("service_centers")
    op.drop_table("job_runs")

"""Budgets: lines of a project and year, what was added, what was spent, progress reports."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import change_words

revision = "20261122_budgets"
down_revision = "20261121_messages"
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
    "overdue_rectification",
    "missing_monthly_report",
    "key_post_vacant",
    "endpoint_disabled",
)
_MISMATCH = "budget_line_mismatch"


def upgrade() -> None:
    """Go forward."""
    change_words("alerts", "kind", (*_ALERTS, _MISMATCH))

    op.create_table(
        "budget_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("initial_fen", sa.BigInteger(), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("source", sa.String(200), nullable=True),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("initial_fen >= 0", name=op.f("ck_budget_lines_initial_not_negative")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_budget_lines_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_budget_lines_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_lines")),
        sa.UniqueConstraint(
            "service_center_id", "year", "project", name=op.f("uq_budget_lines_service_center_id_year_project")
        ),
    )
    with op.batch_alter_table("budget_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_budget_lines_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "progress_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("quarter", sa.String(7), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("draft", "handed_over", name="status", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("drafted_by", sa.String(64), nullable=False),
        sa.Column("drafted_on", sa.Date(), nullable=False),
        sa.Column("handed_over_on", sa.Date(), nullable=True),
        sa.Column("handed_over_by", sa.String(64), nullable=True),
        sa.Column("document_no", sa.String(100), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'handed_over') = (handed_over_on IS NOT NULL)",
            name=op.f("ck_progress_reports_handed_over_has_its_day"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_progress_reports_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_progress_reports_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_reports")),
        sa.UniqueConstraint(
            "service_center_id",
            "quarter",
            "subject",
            name=op.f("uq_progress_reports_service_center_id_quarter_subject"),
        ),
    )
    with op.batch_alter_table("progress_reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_progress_reports_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "budget_adjustments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("budget_line_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("adjusted_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("document_no", sa.String(100), nullable=True),
        sa.Column("counterpart_line_id", sa.Uuid(), nullable=True),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(counterpart_line_id IS NULL) = (transfer_id IS NULL)",
            name=op.f("ck_budget_adjustments_transfer_has_two_sides"),
        ),
        sa.CheckConstraint("amount_fen != 0", name=op.f("ck_budget_adjustments_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["budget_line_id"],
            ["budget_lines.id"],
            name=op.f("fk_budget_adjustments_budget_line_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["counterpart_line_id"],
            ["budget_lines.id"],
            name=op.f("fk_budget_adjustments_counterpart_line_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_budget_adjustments_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_adjustments")),
    )
    with op.batch_alter_table("budget_adjustments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_budget_adjustments_budget_line_id"), ["budget_line_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_budget_adjustments_counterpart_line_id"), ["counterpart_line_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_budget_adjustments_service_center_id"), ["service_center_id"], unique=False
        )

    op.create_table(
        "expenditures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("budget_line_id", sa.Uuid(), nullable=False),
        sa.Column("charged_line_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.String(64), nullable=False),
        sa.Column("purpose_name", sa.String(200), nullable=True),
        sa.Column("mismatched", sa.Boolean(), nullable=False),
        sa.Column("description", sa.String(2000), nullable=True),
        sa.Column("external_ref", sa.String(100), nullable=True),
        sa.Column("document_no", sa.String(100), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("reversal_reason", sa.String(1000), nullable=True),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(amount_fen < 0) = (reverses_id IS NOT NULL)", name=op.f("ck_expenditures_only_counter_entries_negative")
        ),
        sa.CheckConstraint(
            "(reverses_id IS NULL) = (external_ref IS NOT NULL)", name=op.f("ck_expenditures_recorded_by_reference")
        ),
        sa.CheckConstraint(
            "(reverses_id IS NULL) = (reversal_reason IS NULL)", name=op.f("ck_expenditures_reversed_with_reason")
        ),
        sa.CheckConstraint("amount_fen != 0", name=op.f("ck_expenditures_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["budget_line_id"], ["budget_lines.id"], name=op.f("fk_expenditures_budget_line_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["charged_line_id"], ["budget_lines.id"], name=op.f("fk_expenditures_charged_line_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_expenditures_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_expenditures_payment_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["expenditures.id"], name=op.f("fk_expenditures_reverses_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_expenditures_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expenditures")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_expenditures_reverses_id")),
        sa.UniqueConstraint(
            "service_center_id", "external_ref", name=op.f("uq_expenditures_service_center_id_external_ref")
        ),
    )
    with op.batch_alter_table("expenditures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_expenditures_budget_line_id"), ["budget_line_id"], unique=False)
        batch_op.create_index("ix_expenditures_center_spent_on", ["service_center_id", "spent_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_expenditures_charged_line_id"), ["charged_line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_expenditures_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(
            "ix_expenditures_mismatched",
            ["spent_on"],
            unique=False,
            sqlite_where=sa.text("mismatched"),
            postgresql_where=sa.text("mismatched"),
        )
        batch_op.create_index(batch_op.f("ix_expenditures_payment_id"), ["payment_id"], unique=False)

    op.create_table(
        "expenditure_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("expenditure_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("reclassified", "accepted", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("from_line_id", sa.Uuid(), nullable=False),
        sa.Column("to_line_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("document_no", sa.String(100), nullable=True),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'reclassified') = (to_line_id IS NOT NULL)",
            name=op.f("ck_expenditure_decisions_charged_to_a_line"),
        ),
        sa.ForeignKeyConstraint(
            ["expenditure_id"],
            ["expenditures.id"],
            name=op.f("fk_expenditure_decisions_expenditure_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["from_line_id"],
            ["budget_lines.id"],
            name=op.f("fk_expenditure_decisions_from_line_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_expenditure_decisions_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["to_line_id"], ["budget_lines.id"], name=op.f("fk_expenditure_decisions_to_line_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expenditure_decisions")),
    )
    with op.batch_alter_table("expenditure_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_expenditure_decisions_expenditure_id"), ["expenditure_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_expenditure_decisions_from_line_id"), ["from_line_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_expenditure_decisions_service_center_id"), ["service_center_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_expenditure_decisions_to_line_id"), ["to_line_id"], unique=False)


def downgrade() -> None:
    """Go back; the older program has no budgets, and no alert about them."""
    for table in ("expenditure_decisions", "expenditures", "budget_adjustments", "progress_reports", "budget_lines"):
        op.drop_table(table)
    op.execute(f"DELETE FROM alert_notes WHERE alert_id IN (SELECT id FROM alerts WHERE kind = '{_MISMATCH}')")  # noqa: S608 our own word
    op.execute(f"DELETE FROM alerts WHERE kind = '{_MISMATCH}'")  # noqa: S608 our own word
    change_words("alerts", "kind", _ALERTS)

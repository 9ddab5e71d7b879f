"""Money: settlements, payments, payouts, the ledger."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import change_words, drop_guarded, refuse_changes

revision = "20261121_money"
down_revision = "20261121_records"
branch_labels = None
depends_on = None

_ONLY_ADDED_TO = ("ledger_entries", "ledger_lines", "settlement_lines", "payout_readings")
_DUE_DATES = ("notice", "annual_assessment")
_ALERTS = (
    "late_notice",
    "repeat_offence",
    "below_pass_mark",
    "consecutive_fail",
    "job_missed",
    "missing_annual_assessment",
    "calendar_missing",
)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "opening",
                "settlement",
                "payment",
                "payment_void",
                "payout",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("posted_by", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_ledger_entries_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_ledger_entries_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("cause", "cause_id", name=op.f("uq_ledger_entries_cause_cause_id")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_ledger_entries_contract_id_number")),
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entries_service_center_id"), ["service_center_id"], unique=False)

    op.create_table(
        "settlements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("payment_period", sa.String(16), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("months", sa.Text(), nullable=False),
        sa.Column("first_period", sa.String(7), nullable=True),
        sa.Column("last_period", sa.String(7), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft", "approved", "superseded", name="status", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("deducted_fen", sa.BigInteger(), nullable=False),
        sa.Column("held_fen", sa.BigInteger(), nullable=False),
        sa.Column("adjusted_fen", sa.BigInteger(), nullable=False),
        sa.Column("carried_fen", sa.BigInteger(), nullable=False),
        sa.Column("payable_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("drafted_by", sa.String(64), nullable=False),
        sa.Column("drafted_by_id", sa.Uuid(), nullable=True),
        sa.Column("drafted_on", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.String(64), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'approved') = (approved_on IS NOT NULL)", name=op.f("ck_settlements_approved_has_its_day")
        ),
        sa.CheckConstraint(
            "paid_fen >= 0 AND paid_fen <= payable_fen", name=op.f("ck_settlements_paid_within_payable")
        ),
        sa.CheckConstraint("payable_fen >= 0", name=op.f("ck_settlements_payable_not_negative")),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["principals.id"], name=op.f("fk_settlements_approved_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_settlements_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"], ["principals.id"], name=op.f("fk_settlements_drafted_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_settlements_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendors.id"], name=op.f("fk_settlements_vendor_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlements")),
    )
    with op.batch_alter_table("settlements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_settlements_approved_by_id"), ["approved_by_id"], unique=False)
        batch_op.create_index("ix_settlements_center_status", ["service_center_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_settlements_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_settlements_drafted_by_id"), ["drafted_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_settlements_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "uq_settlements_live",
            ["contract_id", "payment_period"],
            unique=True,
            sqlite_where=sa.text("status != 'superseded'"),
            postgresql_where=sa.text("status != 'superseded'"),
        )

    op.create_table(
        "ledger_lines",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column(
            "account",
            sa.Enum(
                "accrued",
                "receivable",
                "paid",
                "payable",
                "held",
                "deducted",
                "forfeited",
                name="account",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "fund",
            sa.Enum("holdback", "pool", name="fund", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("period", sa.String(7), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen != 0", name=op.f("ck_ledger_lines_amount_not_nothing")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_ledger_lines_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.id"], name=op.f("fk_ledger_lines_entry_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_ledger_lines")),
    )
    with op.batch_alter_table("ledger_lines", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_lines_contract_account", ["contract_id", "account"], unique=False)

    op.create_table(
        "payouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "prorated_payout",
                "payout_by_score",
                "score_award",
                "all_or_nothing",
                "release",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column(
            "source",
            sa.Enum("holdback", "pool", name="source", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "draft", "approved", "superseded", name="status", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("forfeited_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("clause", sa.String(100), nullable=False),
        sa.Column("terms_version_id", sa.Uuid(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("event_on", sa.Date(), nullable=True),
        sa.Column("document", sa.String(200), nullable=True),
        sa.Column("drafted_by", sa.String(64), nullable=False),
        sa.Column("drafted_by_id", sa.Uuid(), nullable=True),
        sa.Column("drafted_on", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.String(64), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'approved') = (approved_on IS NOT NULL)", name=op.f("ck_payouts_approved_has_its_day")
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_payouts_amount_not_negative")),
        sa.CheckConstraint("paid_fen >= 0 AND paid_fen <= amount_fen", name=op.f("ck_payouts_paid_within_amount")),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["principals.id"], name=op.f("fk_payouts_approved_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_payouts_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"], ["principals.id"], name=op.f("fk_payouts_drafted_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_payouts_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["terms_version_id"], ["terms_versions.id"], name=op.f("fk_payouts_terms_version_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendors.id"], name=op.f("fk_payouts_vendor_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sa.UniqueConstraint("contract_id", "subject", name=op.f("uq_payouts_contract_id_subject")),
    )
    with op.batch_alter_table("payouts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payouts_approved_by_id"), ["approved_by_id"], unique=False)
        batch_op.create_index("ix_payouts_center_status", ["service_center_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_payouts_drafted_by_id"), ["drafted_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payouts_terms_version_id"), ["terms_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payouts_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "settlement_lines",
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(7), nullable=True),
        sa.Column("component", sa.String(32), nullable=False),
        sa.Column("adjustment", sa.Integer(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("clause", sa.String(100), nullable=True),
        sa.Column("terms_version_id", sa.Uuid(), nullable=True),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_settlement_lines_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlements.id"], name=op.f("fk_settlement_lines_settlement_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["terms_version_id"],
            ["terms_versions.id"],
            name=op.f("fk_settlement_lines_terms_version_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("settlement_id", "number", name=op.f("pk_settlement_lines")),
    )
    with op.batch_alter_table("settlement_lines", schema=None) as batch_op:
        batch_op.create_index("ix_settlement_lines_posted", ["contract_id", "period", "component"], unique=False)
        batch_op.create_index(batch_op.f("ix_settlement_lines_terms_version_id"), ["terms_version_id"], unique=False)

    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("settlement_id", sa.Uuid(), nullable=True),
        sa.Column("payout_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("voucher_no", sa.String(100), nullable=False),
        sa.Column("invoice_no", sa.String(100), nullable=True),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("voided_on", sa.Date(), nullable=True),
        sa.Column("voided_by", sa.String(64), nullable=True),
        sa.Column("voided_reason", sa.String(1000), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(settlement_id IS NULL) != (payout_id IS NULL)", name=op.f("ck_payments_pays_one_thing")),
        sa.CheckConstraint(
            "(voided_on IS NULL) = (voided_reason IS NULL)", name=op.f("ck_payments_voided_with_reason")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payments_amount_positive")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_payments_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["payout_id"], ["payouts.id"], name=op.f("fk_payments_payout_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_payments_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlements.id"], name=op.f("fk_payments_settlement_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendors.id"], name=op.f("fk_payments_vendor_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index("ix_payments_contract_subject", ["contract_id", "subject_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_payout_id"), ["payout_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_service_center_id"), ["service_center_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_settlement_id"), ["settlement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "uq_payments_voucher",
            ["contract_id", "voucher_no", "subject_id"],
            unique=True,
            sqlite_where=sa.text("voided_on IS NULL"),
            postgresql_where=sa.text("voided_on IS NULL"),
        )

    op.create_table(
        "payout_readings",
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reading", sa.String(64), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column(
            "rest",
            sa.Enum("forfeited", "held", "released", name="rest", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["payout_id"], ["payouts.id"], name=op.f("fk_payout_readings_payout_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["principals.id"], name=op.f("fk_payout_readings_recorded_by_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("payout_id", "number", name=op.f("pk_payout_readings")),
    )
    with op.batch_alter_table("payout_readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payout_readings_recorded_by_id"), ["recorded_by_id"], unique=False)

    for table in _ONLY_ADDED_TO:
        refuse_changes(table)
    change_words("alerts", "kind", (*_ALERTS, "payment_behind", "ledger_mismatch"))
    change_words("due_dates", "kind", (*_DUE_DATES, "payment"))


def downgrade() -> None:
    """Go back; the older program knows no money, and what was recorded of it is lost."""
    op.execute("DELETE FROM alerts WHERE kind IN ('payment_behind', 'ledger_mismatch')")
    op.execute("DELETE FROM due_dates WHERE kind = 'payment'")
    change_words("alerts", "kind", _ALERTS)
    change_words("due_dates", "kind", _DUE_DATES)
    op.drop_table("payments")
    drop_guarded("payout_readings")
    op.drop_table("payouts")
    drop_guarded("settlement_lines")
    op.drop_table("settlements")
    drop_guarded("ledger_lines")
    drop_guarded("ledger_entries")

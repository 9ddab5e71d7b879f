"""Facts that clauses ask for: monthly metrics, decisions on open shares, days, levels and posts of findings."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import drop_guarded, refuse_changes

revision = "20261121_facts"
down_revision = "20261121_money"
branch_labels = None
depends_on = None

# None of these has a value in an older row: a row's hash in the audit leaves out what is NULL.
_OF_FINDINGS = (
    ("until", sa.Date()),
    ("level", sa.String(64)),
    ("unrectified", sa.Boolean()),
    ("post", sa.String(64)),
)


def upgrade() -> None:
    """Go forward."""
    for name, kind in _OF_FINDINGS:
        op.add_column("findings", sa.Column(name, kind, nullable=True))
    op.create_table(
        "month_metrics",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *_owned("month_metrics"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_metrics")),
        sa.UniqueConstraint("contract_id", "period", name=op.f("uq_month_metrics_contract_id_period")),
    )
    with op.batch_alter_table("month_metrics", schema=None) as batch_op:
        batch_op.create_index("ix_month_metrics_center_period", ["service_center_id", "period"], unique=False)
        batch_op.create_index(batch_op.f("ix_month_metrics_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "clause_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("clause", sa.String(100), nullable=False),
        sa.Column("terms_version_id", sa.Uuid(), nullable=False),
        sa.Column("share", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        *_owned("clause_decisions"),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["principals.id"], name=op.f("fk_clause_decisions_recorded_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["terms_version_id"],
            ["terms_versions.id"],
            name=op.f("fk_clause_decisions_terms_version_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause_decisions")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_clause_decisions_contract_id_number")),
    )
    with op.batch_alter_table("clause_decisions", schema=None) as batch_op:
        for column in ("recorded_by_id", "service_center_id", "terms_version_id", "vendor_id"):
            batch_op.create_index(batch_op.f(f"ix_clause_decisions_{column}"), [column], unique=False)
    refuse_changes("clause_decisions")


def _owned(table: str) -> list[sa.ForeignKeyConstraint]:
    """Give the references to whom a row is of."""
    owners = {"contract_id": "contracts", "service_center_id": "service_centers", "vendor_id": "vendors"}
    return [
        sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT")
        for column, of in owners.items()
    ]


def downgrade() -> None:
    """Go back; the older program knows none of these facts, and what was recorded of them is lost."""
    drop_guarded("clause_decisions")
    op.drop_table("month_metrics")
    for name, _ in reversed(_OF_FINDINGS):
        op.drop_column("findings", name)

"""Evaluations: the yearly indicator table, version by version."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_evaluations"
down_revision = "20261122_month_metrics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "evaluations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", _words("self_evaluation", "scored_report", name="kind"), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("status", _words("draft", "final", name="status"), nullable=False),
        sa.Column("finalised_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'final') = (finalised_on IS NOT NULL)", name=op.f("ck_evaluations_final_has_its_day")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_evaluations_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_evaluations_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
        sa.UniqueConstraint(
            "service_center_id",
            "year",
            "kind",
            "title",
            name=op.f("uq_evaluations_service_center_id_year_kind_title"),
        ),
    )
    op.create_index("ix_evaluations_contract", "evaluations", ["contract_id", "year"])
    op.create_table(
        "evaluation_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("finalised", sa.Boolean(), nullable=False),
        sa.Column("frozen", sa.Text(), nullable=True),
        sa.Column("total", sa.String(), nullable=True),
        sa.Column("grade", sa.String(50), nullable=True),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("finalised = (frozen IS NOT NULL)", name=op.f("ck_evaluation_versions_finalised_is_frozen")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluations.id"],
            name=op.f("fk_evaluation_versions_evaluation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_versions")),
        sa.UniqueConstraint("evaluation_id", "number", name=op.f("uq_evaluation_versions_evaluation_id_number")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("evaluation_versions")
    op.drop_index("ix_evaluations_contract", table_name="evaluations")
    op.drop_table("evaluations")


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)

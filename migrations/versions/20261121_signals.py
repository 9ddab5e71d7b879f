"""Signals: complaints and bad reviews from other systems, proposed as findings."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_signals"
down_revision = "20261121_duties"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "accepted",
                "dismissed",
                "merged",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("dismissed_by", sa.String(64), nullable=True),
        sa.Column("dismissed_reason", sa.String(1000), nullable=True),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status <> 'dismissed' OR dismissed_at IS NOT NULL", name=op.f("ck_incidents_dismissed_has_its_instant")
        ),
        sa.CheckConstraint(
            "(dismissed_at IS NULL) = (dismissed_reason IS NULL)", name=op.f("ck_incidents_dismissed_with_reason")
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_incidents_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incidents_service_center_id"), ["service_center_id"], unique=False)

    op.create_table(
        "signals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("external_ref", sa.String(100), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("stated", sa.Text(), nullable=False),
        sa.Column("text", sa.String(4000), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("counter", sa.String(32), nullable=True),
        sa.Column("issue_type_id", sa.Uuid(), nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("matches", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("grouped", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "accepted",
                "known",
                "dismissed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_signals_rating_of_five")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_signals_contract_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_signals_incident_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["issue_type_id"], ["issue_types.id"], name=op.f("fk_signals_issue_type_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_signals_principal_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_signals_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
        sa.UniqueConstraint(
            "service_center_id", "source", "external_ref", name=op.f("uq_signals_service_center_id_source_external_ref")
        ),
    )
    with op.batch_alter_table("signals", schema=None) as batch_op:
        batch_op.create_index("ix_signals_alike", ["service_center_id", "counter", "issue_type_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signals_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signals_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signals_issue_type_id"), ["issue_type_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signals_principal_id"), ["principal_id"], unique=False)

    op.create_table(
        "incident_findings",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("accepted_by", sa.String(64), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_incident_findings_finding_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_incident_findings_incident_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident_findings")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_incident_findings_finding_id")),
    )


def downgrade() -> None:
    """Go back; signals and what became of them are lost, the findings stay."""
    op.drop_table("incident_findings")
    op.drop_table("signals")
    op.drop_table("incidents")

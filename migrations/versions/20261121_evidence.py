"""Evidence: files that vendors hand in, by their hash, and what refers to them."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_evidence"
down_revision = "20261121_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("note", sa.String(1000), nullable=True),
        sa.Column("media_type", sa.String(100), nullable=True),
        sa.Column("declared_by", sa.String(64), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(stored_at IS NULL) = (media_type IS NULL)", name=op.f("ck_evidence_stored_with_its_type")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_evidence_size")),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_evidence_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendors.id"], name=op.f("fk_evidence_vendor_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    for column in ("service_center_id", "sha256", "vendor_id"):
        op.create_index(op.f(f"ix_evidence_{column}"), "evidence", [column], unique=False)
    op.create_table(
        "evidence_uses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_uses_evidence_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_center_id"],
            ["service_centers.id"],
            name=op.f("fk_evidence_uses_service_center_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendors.id"], name=op.f("fk_evidence_uses_vendor_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_uses")),
        sa.UniqueConstraint("subject_id", "evidence_id", name=op.f("uq_evidence_uses_subject_id_evidence_id")),
    )
    for column in ("evidence_id", "service_center_id", "vendor_id"):
        op.create_index(op.f(f"ix_evidence_uses_{column}"), "evidence_uses", [column], unique=False)


def downgrade() -> None:
    """Go back; the files themselves stay where they lie."""
    op.drop_table("evidence_uses")
    op.drop_table("evidence")

"""The vendor's answers to a notice: acknowledgements, appeals by line, rectifications."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import (
    add_reference,
    allow_changes,
    change_null,
    drop_guarded,
    drop_reference,
    refuse_changes,
    refuse_changes_once,
    replace_constraints,
)

revision = "20261121_answers"
down_revision = "20261121_evidence"
branch_labels = None
depends_on = None

_ONE_A_VERSION = {"uq_appeals_assessment_id_against_revision": "UNIQUE (assessment_id, against_revision)"}
_DECIDED_LATER = {
    "ck_appeals_on_paper_with_decision": "CHECK (filed_by_id IS NOT NULL OR outcome IS NOT NULL)",
    "ck_appeals_decided_has_its_day": "CHECK ((outcome IS NULL) = (decided_on IS NULL))",
    "ck_appeals_decided_with_reason": "CHECK ((outcome IS NULL) = (reason IS NULL))",
}
_OF_DECISIONS = ("outcome", "decided_on", "decided_by", "reason")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _reference(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT")


def upgrade() -> None:
    """Go forward."""
    for column in ("assessed_by_id", "finalized_by_id"):
        add_reference("assessments", column, "principals")
    op.add_column("due_dates", sa.Column("stated", sa.Boolean(), nullable=True))
    allow_changes("appeals")
    op.add_column("appeals", sa.Column("filed_by", sa.String(64), nullable=True))
    op.add_column("appeals", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    for column in ("filed_by_id", "decided_by_id"):
        add_reference("appeals", column, "principals")
    for column in _OF_DECISIONS:
        change_null("appeals", column, nullable=True)
    replace_constraints("appeals", _ONE_A_VERSION, _DECIDED_LATER)
    on_paper = sa.text("filed_by_id IS NULL")
    op.create_index(
        "uq_appeals_on_paper",
        "appeals",
        ["assessment_id", "against_revision"],
        unique=True,
        sqlite_where=on_paper,
        postgresql_where=on_paper,
    )
    op.create_index("ix_appeals_assessment_id", "appeals", ["assessment_id"])
    refuse_changes_once("appeals", "outcome")
    _acknowledgements()
    _appeal_lines()
    _rectifications()


def _acknowledgements() -> None:
    name = "acknowledgements"
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_by", sa.String(64), nullable=False),
        sa.Column("acknowledged_by_id", sa.Uuid(), nullable=False),
        sa.Column("deemed_on", sa.Date(), nullable=True),
        _reference(name, "service_center_id", "service_centers"),
        _reference(name, "vendor_id", "vendors"),
        _reference(name, "contract_id", "contracts"),
        _reference(name, "assessment_id", "assessments"),
        _reference(name, "acknowledged_by_id", "principals"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgements")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_acknowledgements_assessment_id")),
    )
    for column in ("service_center_id", "vendor_id", "contract_id", "acknowledged_by_id"):
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])
    refuse_changes(name)


def _appeal_lines() -> None:
    name = "appeal_lines"
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("against_revision", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("about", _words("about", "score", "criterion", "finding"), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("grounds", sa.String(2000), nullable=False),
        sa.Column("asked", sa.String(1000), nullable=False),
        sa.Column("outcome", _words("outcome", "upheld", "upheld_in_part", "rejected"), nullable=True),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.CheckConstraint("(outcome IS NULL) = (reason IS NULL)", name=op.f("ck_appeal_lines_decided_with_reason")),
        _reference(name, "appeal_id", "appeals"),
        _reference(name, "assessment_id", "assessments"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_lines")),
        sa.UniqueConstraint("appeal_id", "number", name=op.f("uq_appeal_lines_appeal_id_number")),
        sa.UniqueConstraint(
            "assessment_id",
            "against_revision",
            "subject",
            name=op.f("uq_appeal_lines_assessment_id_against_revision_subject"),
        ),
    )
    refuse_changes_once(name, "outcome")


def _rectifications() -> None:
    name = "rectifications"
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_center_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(2000), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.String(64), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("outcome", _words("outcome", "verified", "returned"), nullable=True),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("judged_on", sa.Date(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_by", sa.String(64), nullable=True),
        sa.Column("judged_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(outcome IS NULL) = (judged_on IS NULL)", name=op.f("ck_rectifications_judged_has_its_day")
        ),
        sa.CheckConstraint(
            "outcome <> 'returned' OR reason IS NOT NULL", name=op.f("ck_rectifications_returned_with_reason")
        ),
        _reference(name, "service_center_id", "service_centers"),
        _reference(name, "vendor_id", "vendors"),
        _reference(name, "contract_id", "contracts"),
        _reference(name, "finding_id", "findings"),
        _reference(name, "submitted_by_id", "principals"),
        _reference(name, "judged_by_id", "principals"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectifications")),
        sa.UniqueConstraint("finding_id", "number", name=op.f("uq_rectifications_finding_id_number")),
    )
    for column in ("service_center_id", "vendor_id", "contract_id", "submitted_by_id", "judged_by_id"):
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])
    refuse_changes_once(name, "outcome")


def downgrade() -> None:
    """Go back; the older program knows only of appeals that were recorded from their papers."""
    drop_guarded("rectifications")
    drop_guarded("appeal_lines")
    drop_guarded("acknowledgements")
    allow_changes("appeals")
    op.execute("DELETE FROM appeals WHERE filed_by_id IS NOT NULL")
    op.drop_index("ix_appeals_assessment_id", "appeals")
    op.drop_index("uq_appeals_on_paper", "appeals")
    replace_constraints("appeals", _DECIDED_LATER, _ONE_A_VERSION)
    for column in _OF_DECISIONS:
        change_null("appeals", column, nullable=False)
    for column in ("decided_by_id", "filed_by_id"):
        drop_reference("appeals", column, "principals")
    for column in ("decided_at", "filed_by"):
        op.drop_column("appeals", column)
    refuse_changes("appeals")
    op.drop_column("due_dates", "stated")
    for column in ("finalized_by_id", "assessed_by_id"):
        drop_reference("assessments", column, "principals")

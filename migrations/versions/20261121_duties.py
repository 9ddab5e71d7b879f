"""The vendor's duties: monthly reports and key posts, and its objections to what it is paid."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import drop_guarded, refuse_changes

revision = "20261121_duties"
down_revision = "20261121_answers"
branch_labels = None
depends_on = None

_ADDED_TO = ("monthly_reports", "monthly_report_returns", "key_post_facts")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "monthly_reports",
        *_whose(),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("summary", sa.String(10000), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("submitted_by", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        *_owned("monthly_reports"),
        sa.UniqueConstraint(
            "contract_id", "period", "number", name=op.f("uq_monthly_reports_contract_id_period_number")
        ),
    )
    op.create_table(
        "monthly_report_returns",
        *_whose(),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=False),
        sa.Column("returned_by", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        *_owned("monthly_report_returns"),
        sa.UniqueConstraint(
            "contract_id", "period", "number", name=op.f("uq_monthly_report_returns_contract_id_period_number")
        ),
    )
    op.create_table(
        "key_post_facts",
        *_whose(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(32), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("holder", sa.String(64), nullable=True),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        *_owned("key_post_facts"),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_key_post_facts_contract_id_number")),
        sa.CheckConstraint("number > 0", name=op.f("ck_key_post_facts_numbered_from_one")),
    )
    for table in _ADDED_TO:
        _index(table, "service_center_id", "vendor_id")
        refuse_changes(table)
    _objections()


def _objections() -> None:
    op.create_table(
        "objections",
        *_whose(),
        sa.Column("settlement_id", sa.Uuid(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("payout_id", sa.Uuid(), nullable=True),
        sa.Column("grounds", sa.String(2000), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("filed_by", sa.String(64), nullable=False),
        sa.Column("state", _word("state", "filed", "accepted", "rejected"), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(64), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("remedy", _word("remedy", "revision", "decision", "adjustment"), nullable=True),
        sa.Column("remedy_period", sa.String(7), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *_owned("objections"),
        _reference("objections", "settlement_id", "settlements"),
        _reference("objections", "payout_id", "payouts"),
        _reference("objections", "answered_by_id", "principals"),
        sa.UniqueConstraint("settlement_id", "line", name=op.f("uq_objections_settlement_id_line")),
        sa.UniqueConstraint("payout_id", name=op.f("uq_objections_payout_id")),
        sa.CheckConstraint(
            "(settlement_id IS NULL) != (payout_id IS NULL)", name=op.f("ck_objections_against_one_thing")
        ),
        sa.CheckConstraint("(settlement_id IS NULL) = (line IS NULL)", name=op.f("ck_objections_line_of_a_settlement")),
        sa.CheckConstraint("(state = 'filed') = (answered_on IS NULL)", name=op.f("ck_objections_answered_on_its_day")),
        sa.CheckConstraint(
            "(state = 'accepted') = (remedy IS NOT NULL)", name=op.f("ck_objections_accepted_with_its_remedy")
        ),
    )
    _index("objections", "answered_by_id", "contract_id", "service_center_id", "vendor_id")


def _whose() -> list[sa.Column[object]]:
    return [
        sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "service_center_id", "vendor_id", "contract_id")
    ]


def _owned(table: str) -> list[sa.Constraint]:
    owners = {"contract_id": "contracts", "service_center_id": "service_centers", "vendor_id": "vendors"}
    keys = [_reference(table, column, of) for column, of in owners.items()]
    return [*keys, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def _reference(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT")


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    """Go back; the older program knows none of this, and what was recorded of it is lost."""
    op.drop_table("objections")
    for table in reversed(_ADDED_TO):
        drop_guarded(table)

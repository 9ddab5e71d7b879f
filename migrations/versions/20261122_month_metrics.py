"""Monthly figures: by when they are owed, and which codes a month had from when on."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import add_words, drop_guarded, refuse_changes, remove_words

revision = "20261122_month_metrics"
down_revision = "20261122_budgets"
branch_labels = None
depends_on = None

_CODES = "month_metric_codes"
_ALERT, _DUE = "missing_metrics", "metrics"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        _CODES,
        *(
            sa.Column(name, sa.Uuid(), nullable=False)
            for name in ("id", "service_center_id", "vendor_id", "contract_id")
        ),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        _reference("contract_id", "contracts"),
        _reference("service_center_id", "service_centers"),
        _reference("vendor_id", "vendors"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_CODES}")),
        sa.UniqueConstraint("contract_id", "period", "number", name=op.f(f"uq_{_CODES}_contract_id_period_number")),
    )
    for column in ("service_center_id", "vendor_id"):
        op.create_index(op.f(f"ix_{_CODES}_{column}"), _CODES, [column], unique=False)
    refuse_changes(_CODES)
    add_words("alerts", "kind", _ALERT)
    add_words("due_dates", "kind", _DUE)


def _reference(column: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{_CODES}_{column}"), ondelete="RESTRICT")


def downgrade() -> None:
    """Go back; the older program knows no such alerts or due dates, nor since when a figure was there."""
    op.execute(f"DELETE FROM alerts WHERE kind = '{_ALERT}'")  # noqa: S608 our own word
    op.execute(f"DELETE FROM due_dates WHERE kind = '{_DUE}'")  # noqa: S608 our own word
    remove_words("due_dates", "kind", _DUE)
    remove_words("alerts", "kind", _ALERT)
    drop_guarded(_CODES)

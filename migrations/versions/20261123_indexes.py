"""Indexes: what every list and every night reads is found by one, and no write keeps one that nothing reads by.

Lists are pages in the order of the ids, or newest first, of one center or vendor: their indexes end with that order.
The dropped ones are of keys that nothing is looked up by; the rows that they name, people, centers, vendors and terms,
are never deleted, so that no deletion looks by them either. SQLite can take the index of what was spent for another
purpose only if that says what statements say: that the column is 1.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261123_indexes"
down_revision = "20261123_changed_contracts"
branch_labels = None
depends_on = None

_DROPPED = (
    ("ix_access_log_occurred_at", "access_log", ["occurred_at"]),
    ("ix_acknowledgements_acknowledged_by_id", "acknowledgements", ["acknowledged_by_id"]),
    ("ix_acknowledgements_contract_id", "acknowledgements", ["contract_id"]),
    ("ix_acknowledgements_service_center_id", "acknowledgements", ["service_center_id"]),
    ("ix_acknowledgements_vendor_id", "acknowledgements", ["vendor_id"]),
    ("ix_alerts_center_status", "alerts", ["service_center_id", "status"]),
    ("ix_annual_assessments_terms_version_id", "annual_assessments", ["terms_version_id"]),
    ("ix_annual_assessments_vendor_id", "annual_assessments", ["vendor_id"]),
    ("ix_appeals_decided_by_id", "appeals", ["decided_by_id"]),
    ("ix_appeals_filed_by_id", "appeals", ["filed_by_id"]),
    ("ix_assessment_revisions_terms_version_id", "assessment_revisions", ["terms_version_id"]),
    ("ix_assessments_assessed_by_id", "assessments", ["assessed_by_id"]),
    ("ix_assessments_center_period", "assessments", ["service_center_id", "period"]),
    ("ix_assessments_finalized_by_id", "assessments", ["finalized_by_id"]),
    ("ix_assessments_terms_version_id", "assessments", ["terms_version_id"]),
    ("ix_assessments_vendor_id", "assessments", ["vendor_id"]),
    ("ix_audit_events_principal_id", "audit_events", ["principal_id"]),
    ("ix_audit_events_service_center_id", "audit_events", ["service_center_id"]),
    ("ix_budget_adjustments_counterpart_line_id", "budget_adjustments", ["counterpart_line_id"]),
    ("ix_budget_adjustments_service_center_id", "budget_adjustments", ["service_center_id"]),
    ("ix_clause_decisions_recorded_by_id", "clause_decisions", ["recorded_by_id"]),
    ("ix_clause_decisions_terms_version_id", "clause_decisions", ["terms_version_id"]),
    ("ix_clause_decisions_vendor_id", "clause_decisions", ["vendor_id"]),
    ("ix_counters_site_id", "counters", ["site_id"]),
    ("ix_due_dates_service_center_id", "due_dates", ["service_center_id"]),
    ("ix_due_dates_terms_version_id", "due_dates", ["terms_version_id"]),
    ("ix_events_contract_id", "events", ["contract_id"]),
    ("ix_events_service_center_id", "events", ["service_center_id"]),
    ("ix_events_vendor_id", "events", ["vendor_id"]),
    ("ix_evidence_uses_service_center_id", "evidence_uses", ["service_center_id"]),
    ("ix_evidence_uses_vendor_id", "evidence_uses", ["vendor_id"]),
    ("ix_expenditure_decisions_service_center_id", "expenditure_decisions", ["service_center_id"]),
    ("ix_findings_issue_type_id", "findings", ["issue_type_id"]),
    ("ix_findings_service_center_id", "findings", ["service_center_id"]),
    ("ix_findings_vendor_id", "findings", ["vendor_id"]),
    ("ix_incidents_service_center_id", "incidents", ["service_center_id"]),
    ("ix_key_post_facts_service_center_id", "key_post_facts", ["service_center_id"]),
    ("ix_key_post_facts_vendor_id", "key_post_facts", ["vendor_id"]),
    ("ix_ledger_entries_service_center_id", "ledger_entries", ["service_center_id"]),
    ("ix_month_metric_codes_service_center_id", "month_metric_codes", ["service_center_id"]),
    ("ix_month_metric_codes_vendor_id", "month_metric_codes", ["vendor_id"]),
    ("ix_month_metrics_vendor_id", "month_metrics", ["vendor_id"]),
    ("ix_monthly_report_returns_service_center_id", "monthly_report_returns", ["service_center_id"]),
    ("ix_monthly_report_returns_vendor_id", "monthly_report_returns", ["vendor_id"]),
    ("ix_monthly_reports_service_center_id", "monthly_reports", ["service_center_id"]),
    ("ix_monthly_reports_vendor_id", "monthly_reports", ["vendor_id"]),
    ("ix_objections_answered_by_id", "objections", ["answered_by_id"]),
    ("ix_payments_vendor_id", "payments", ["vendor_id"]),
    ("ix_payout_readings_recorded_by_id", "payout_readings", ["recorded_by_id"]),
    ("ix_payouts_approved_by_id", "payouts", ["approved_by_id"]),
    ("ix_payouts_center_status", "payouts", ["service_center_id", "status"]),
    ("ix_payouts_drafted_by_id", "payouts", ["drafted_by_id"]),
    ("ix_payouts_terms_version_id", "payouts", ["terms_version_id"]),
    ("ix_rectifications_contract_id", "rectifications", ["contract_id"]),
    ("ix_rectifications_judged_by_id", "rectifications", ["judged_by_id"]),
    ("ix_rectifications_service_center_id", "rectifications", ["service_center_id"]),
    ("ix_rectifications_submitted_by_id", "rectifications", ["submitted_by_id"]),
    ("ix_rectifications_vendor_id", "rectifications", ["vendor_id"]),
    ("ix_settlement_lines_terms_version_id", "settlement_lines", ["terms_version_id"]),
    ("ix_settlements_approved_by_id", "settlements", ["approved_by_id"]),
    ("ix_settlements_center_status", "settlements", ["service_center_id", "status"]),
    ("ix_settlements_drafted_by_id", "settlements", ["drafted_by_id"]),
    ("ix_signals_issue_type_id", "signals", ["issue_type_id"]),
    ("ix_signals_principal_id", "signals", ["principal_id"]),
    ("ix_webhook_deliveries_vendor_id", "webhook_deliveries", ["vendor_id"]),
    ("ix_webhook_networks_service_center_id", "webhook_networks", ["service_center_id"]),
)
_ADDED = (
    ("ix_alerts_center_status", "alerts", ["service_center_id", "status", "id"]),
    ("ix_assessments_center", "assessments", ["service_center_id", "id"]),
    ("ix_assessments_center_period", "assessments", ["service_center_id", "period", "id"]),
    ("ix_assessments_vendor_period", "assessments", ["vendor_id", "period", "id"]),
    ("ix_audit_events_center", "audit_events", ["service_center_id", "id"]),
    ("ix_due_dates_center", "due_dates", ["service_center_id", "id"]),
    ("ix_findings_center", "findings", ["service_center_id", "id"]),
    ("ix_findings_issue_type", "findings", ["issue_type_id", "id"]),
    ("ix_findings_month", "findings", ["contract_id", "period"]),
    ("ix_findings_vendor", "findings", ["vendor_id", "id"]),
    ("ix_ledger_entries_cause_id", "ledger_entries", ["cause_id"]),
    ("ix_messages_principal", "messages", ["principal_id", "id"]),
    ("ix_settlements_center_status", "settlements", ["service_center_id", "status", "id"]),
    ("ix_webhook_deliveries_vendor", "webhook_deliveries", ["vendor_id", "id"]),
)


def upgrade() -> None:
    """Go forward."""
    op.drop_index("ix_alert_notes_untold", "alert_notes")
    for name, table, _ in _DROPPED:
        op.drop_index(name, table)
    for name, table, columns in _ADDED:
        op.create_index(name, table, columns, unique=False)
    _mismatched_where("mismatched = 1")


def downgrade() -> None:
    """Go back."""
    _mismatched_where("mismatched")
    for name, table, _ in _ADDED:
        op.drop_index(name, table)
    for name, table, columns in _DROPPED:
        op.create_index(name, table, columns, unique=False)
    untold = sa.text("news IS NOT NULL")
    op.create_index("ix_alert_notes_untold", "alert_notes", ["alert_id"], sqlite_where=untold, postgresql_where=untold)


def _mismatched_where(on_sqlite: str) -> None:
    op.drop_index("ix_expenditures_mismatched", "expenditures")
    op.create_index(
        "ix_expenditures_mismatched",
        "expenditures",
        ["spent_on"],
        sqlite_where=sa.text(on_sqlite),
        postgresql_where=sa.text("mismatched"),
    )

"""The vendor's door: its own contracts, and only what was notified."""

from app.api.portal import (
    acknowledgements,
    appeals,
    assessments,
    contracts,
    due_dates,
    events,
    evidence,
    findings,
    key_posts,
    me,
    monthly_reports,
    objections,
    payouts,
    rectifications,
    settlements,
    statement,
    tokens,
    webhook_deliveries,
    webhook_endpoints,
)

ROUTERS = tuple(
    room.router
    for room in (
        me,
        contracts,
        evidence,
        tokens,
        statement,
        assessments,
        findings,
        due_dates,
        settlements,
        payouts,
        monthly_reports,
        key_posts,
        objections,
        events,
        webhook_endpoints,
        webhook_deliveries,
        acknowledgements,
        appeals,
        rectifications,
    )
)

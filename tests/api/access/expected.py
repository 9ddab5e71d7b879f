"""Who gets which answer: the table of the API's conventions, section 4, written out for every operation.

It is written by hand and knows nothing of the program's own table. Each line has a letter for every caller of `WHO`:
`y` passes, `r` may read such things though not do this, `-` may do nothing with such things at all; then the status of
success, the method and the path.
"""

import re

Operation = tuple[str, str]
"""Method and path."""

WHO = (
    *("admin", "supervisor", "finance", "auditor", "vendor"),
    *("integration", "signals:read", "signals:write"),
)
"""The callers of the table: the roles, and systems with a token without any scope or with one."""

OWN, OTHER_PERSON, OTHER_VENDOR, OTHER_CENTER, NOTHING = (
    *("own", "another person's", "another vendor's", "another center's", "nothing's"),
)
WHOSE = (OWN, OTHER_PERSON, OTHER_VENDOR, OTHER_CENTER, NOTHING)
"""Whose the things are that a path names: the caller's, or what they must not learn of; or nobody's at all."""

OPEN = {
    *{("GET", "/livez"), ("GET", "/readyz")},
    *{("POST", "/sign-in"), ("POST", "/sign-out"), ("GET", "/session"), ("POST", "/password")},
}
"""What the document lists and no role is asked for: health, and what lies around signing in."""

TABLE = """
# admin supervisor finance auditor vendor, integration: no scope, signals:read, signals:write
# oneself
yyyyy yyy 200 GET  /v1/me
# one's own channels and messages, and what a service center reminds of
yyyy- --- 200 GET  /v1/me/channels
yyyy- --- 201 POST /v1/me/channels
yyyy- --- 200 GET  /v1/me/channels/{channel_id}
yyyy- --- 202 POST /v1/me/channels/{channel_id}/test
yyyy- --- 200 POST /v1/me/channels/{channel_id}/removal
yyyy- --- 200 GET  /v1/me/message-settings
yyyy- --- 200 PUT  /v1/me/message-settings
yyyy- --- 200 GET  /v1/me/messages
yyyy- --- 200 GET  /v1/service-centers/{service_center_id}/reminders
yyrr- --- 200 PUT  /v1/service-centers/{service_center_id}/reminders
# service centers, users, tokens, webhook settings
y--y- --- 200 GET  /v1/users
y--r- --- 201 POST /v1/users
y--y- --- 200 GET  /v1/users/{user_id}
y--r- --- 200 PUT  /v1/users/{user_id}
y--r- --- 200 POST /v1/users/{user_id}/password-reset
y--r- --- 200 POST /v1/users/{user_id}/unlocking
y--r- --- 200 POST /v1/users/{user_id}/ending-sessions
y--r- --- 200 POST /v1/users/{user_id}/disabling
y--r- --- 200 POST /v1/users/{user_id}/enabling
y--y- --- 200 GET  /v1/tokens
y--r- --- 201 POST /v1/tokens
y--y- --- 200 GET  /v1/tokens/{machine_token_id}
y--r- --- 200 POST /v1/tokens/{machine_token_id}/revocation
y--y- --- 200 GET  /v1/service-centers
y--r- --- 201 POST /v1/service-centers
y--y- --- 200 GET  /v1/vendors/{vendor_id}/webhook-networks
y--r- --- 201 POST /v1/vendors/{vendor_id}/webhook-networks
y--r- --- 200 POST /v1/webhook-networks/{network_id}/removal
# contracts, terms, amendments
yyyy- --- 200 GET  /v1/contracts
yyrr- --- 201 POST /v1/contracts
yyyy- --- 200 GET  /v1/contracts/{contract_id}
yyyy- --- 200 GET  /v1/contracts/{contract_id}/terms
yyrr- --- 201 POST /v1/contracts/{contract_id}/amendments
yyrr- --- 200 POST /v1/contracts/{contract_id}/closing
# assessments, findings, notices, decisions on appeals, alerts
yyyy- --- 200 GET  /v1/alerts
yyyy- --- 200 GET  /v1/alerts/{alert_id}
ryrr- --- 200 POST /v1/alerts/{alert_id}/taking-up
ryrr- --- 200 POST /v1/alerts/{alert_id}/acceptance
yyyy- --- 200 GET  /v1/findings
yyyy- --- 200 GET  /v1/contracts/{contract_id}/findings
ryrr- --- 201 POST /v1/contracts/{contract_id}/findings
yyyy- --- 200 GET  /v1/contracts/{contract_id}/findings/{finding_id}
ryrr- --- 200 POST /v1/contracts/{contract_id}/findings/{finding_id}/withdrawal
yyyy- --- 200 GET  /v1/contracts/{contract_id}/repeat-offences
yyyy- --- 200 GET  /v1/assessments
yyyy- --- 200 GET  /v1/contracts/{contract_id}/assessments
yyyy- --- 200 GET  /v1/contracts/{contract_id}/assessments/{period}
ryrr- --- 200 PUT  /v1/contracts/{contract_id}/assessments/{period}
ryrr- --- 200 POST /v1/contracts/{contract_id}/assessments/{period}/finalization
ryrr- --- 200 POST /v1/contracts/{contract_id}/assessments/{period}/notice
yyyy- --- 200 GET  /v1/contracts/{contract_id}/assessments/{period}/revisions
ryrr- --- 201 POST /v1/contracts/{contract_id}/assessments/{period}/revisions
ryrr- --- 200 POST /v1/contracts/{contract_id}/assessments/{period}/appeal-decision
yyyy- --- 200 GET  /v1/appeals
yyyy- --- 200 GET  /v1/appeals/{appeal_id}
ryrr- --- 200 POST /v1/appeals/{appeal_id}/decision
yyyy- --- 200 GET  /v1/contracts/{contract_id}/findings/{finding_id}/rectifications
ryrr- --- 200 POST /v1/contracts/{contract_id}/findings/{finding_id}/verification
yyyy- --- 200 GET  /v1/contracts/{contract_id}/annual-assessments
yyyy- --- 200 GET  /v1/contracts/{contract_id}/annual-assessments/{year}
ryrr- --- 201 POST /v1/contracts/{contract_id}/annual-assessments
ryrr- --- 200 POST /v1/contracts/{contract_id}/annual-assessments/{year}/notice
# settlements, payouts, payments, objections: drafted
yyyy- --- 200 GET  /v1/objections
yyyy- --- 200 GET  /v1/objections/{objection_id}
ryyr- --- 200 POST /v1/objections/{objection_id}/answer
yyyy- --- 200 GET  /v1/contracts/{contract_id}/opening-balance
ryyr- --- 201 POST /v1/contracts/{contract_id}/opening-balance
yyyy- --- 200 GET  /v1/settlements
yyyy- --- 200 GET  /v1/contracts/{contract_id}/payment-periods
yyyy- --- 200 GET  /v1/contracts/{contract_id}/fees
yyyy- --- 200 GET  /v1/contracts/{contract_id}/settlements
ryyr- --- 201 POST /v1/contracts/{contract_id}/settlements
yyyy- --- 200 GET  /v1/contracts/{contract_id}/settlements/{settlement_id}
yyyy- --- 200 GET  /v1/contracts/{contract_id}/settlements/{settlement_id}/explanation
yyyy- --- 200 GET  /v1/contracts/{contract_id}/settlements/{settlement_id}/dossier
yyyy- --- 200 GET  /v1/contracts/{contract_id}/statements/{year}
yyyy- --- 200 GET  /v1/contracts/{contract_id}/statements/{year}/workbook
yyyy- --- 200 GET  /v1/contracts/{contract_id}/payments
yyyy- --- 200 POST /v1/contracts/{contract_id}/payments/matching
yyyy- --- 200 GET  /v1/contracts/{contract_id}/payments/{payment_id}
yyyy- --- 200 GET  /v1/contracts/{contract_id}/ledger
yyyy- --- 200 GET  /v1/contracts/{contract_id}/balance
yyyy- --- 200 GET  /v1/contracts/{contract_id}/payouts
yyyy- --- 200 GET  /v1/contracts/{contract_id}/payouts/{payout_id}
yyyy- --- 200 GET  /v1/contracts/{contract_id}/payouts/{payout_id}/explanation
ryyr- --- 200 POST /v1/contracts/{contract_id}/payouts/{payout_id}/reading
ryyr- --- 201 POST /v1/contracts/{contract_id}/releases
yyyy- --- 200 GET  /v1/contracts/{contract_id}/holdbacks
# settlements, payouts, payments: approved by another person
rryr- --- 200 POST /v1/contracts/{contract_id}/settlements/{settlement_id}/approval
rryr- --- 201 POST /v1/contracts/{contract_id}/payments
rryr- --- 200 POST /v1/contracts/{contract_id}/payments/{payment_id}/voiding
rryr- --- 200 POST /v1/contracts/{contract_id}/payouts/{payout_id}/approval
# trials, metrics, decisions on shares
ryyr- --- 200 POST /v1/contracts/{contract_id}/trials
ryyr- --- 202 POST /v1/service-centers/{service_center_id}/trials
yyyy- --- 200 GET  /v1/trials/{trial_id}
yyyy- --- 200 GET  /v1/trials/{trial_id}/contracts
yyyy- --- 200 GET  /v1/contracts/{contract_id}/metrics
yyyy- --- 200 GET  /v1/contracts/{contract_id}/metrics/{period}
ryyr- --- 200 PUT  /v1/contracts/{contract_id}/metrics/{period}
yyyy- --- 200 GET  /v1/contracts/{contract_id}/metrics/{period}/loads
ryyr- --- 200 POST /v1/contracts/{contract_id}/metric-imports
yyyy- --- 200 GET  /v1/metric-codes
yyyy- --- 200 GET  /v1/metric-template.xlsx
yyyy- --- 200 GET  /v1/metric-template.csv
yyyy- --- 200 GET  /v1/contracts/{contract_id}/decisions
ryyr- --- 201 POST /v1/contracts/{contract_id}/decisions
# budgets, expenditures, progress reports
yyyy- --- 200 GET  /v1/budgets
ryyr- --- 201 POST /v1/budgets
yyyy- --- 200 GET  /v1/budgets/{budget_line_id}
ryyr- --- 200 PUT  /v1/budgets/{budget_line_id}
ryyr- --- 201 POST /v1/budgets/{budget_line_id}/adjustments
yyyy- --- 200 GET  /v1/budgets/{budget_line_id}/expenditures
ryyr- --- 201 POST /v1/budgets/{budget_line_id}/expenditures
yyyy- --- 200 GET  /v1/expenditures
ryyr- --- 201 POST /v1/expenditures
yyyy- --- 200 GET  /v1/expenditures/{expenditure_id}
ryyr- --- 200 POST /v1/expenditures/{expenditure_id}/acceptance
ryyr- --- 200 POST /v1/expenditures/{expenditure_id}/reclassification
ryyr- --- 200 POST /v1/expenditures/{expenditure_id}/reversal
yyyy- --- 200 GET  /v1/budget-summary
yyyy- --- 200 GET  /v1/budget-summary.csv
yyyy- --- 200 GET  /v1/progress-reports
ryyr- --- 201 POST /v1/progress-reports
yyyy- --- 200 GET  /v1/progress-reports/{progress_report_id}
ryyr- --- 200 POST /v1/progress-reports/{progress_report_id}/hand-over
# parties, issue types, templates of terms
yyyy- --- 200 GET  /v1/service-centers/{service_center_id}/sites
yyrr- --- 201 POST /v1/service-centers/{service_center_id}/sites
yyyy- --- 200 GET  /v1/service-centers/{service_center_id}/counters
yyrr- --- 201 POST /v1/service-centers/{service_center_id}/counters
yyyy- --- 200 GET  /v1/vendors
yyrr- --- 201 POST /v1/vendors
yyyy- --- 200 GET  /v1/issue-types
yyrr- --- 201 POST /v1/issue-types
yyyyy --- 200 GET  /v1/terms-templates
yyyyy --- 200 GET  /v1/terms-templates/{template_id}
yyyyy --- 200 GET  /v1/evaluation-templates
yyyyy --- 200 GET  /v1/evaluation-templates/{evaluation_template_id}
# evaluations
yyyy- --- 200 GET  /v1/evaluations
ryyr- --- 201 POST /v1/evaluations
yyyy- --- 200 GET  /v1/evaluations/{evaluation_id}
ryyr- --- 200 PUT  /v1/evaluations/{evaluation_id}
ryyr- --- 200 POST /v1/evaluations/{evaluation_id}/finalization
yyyy- --- 200 GET  /v1/evaluations/{evaluation_id}/versions
yyyy- --- 200 GET  /v1/evaluations/{evaluation_id}/form.xlsx
yyyy- --- 200 GET  /v1/evaluations/{evaluation_id}/form.docx
yyyy- --- 200 GET  /v1/evaluations/{evaluation_id}/form.pdf
ryyr- --- 200 POST /v1/evaluation-imports
# signals, also by the scopes of an integration
yy-y- -y- 200 GET  /v1/signals
yy-y- -y- 200 GET  /v1/signals/{signal_id}
ry-r- --- 200 POST /v1/signals/{signal_id}/regrouping
ry-r- --- 200 POST /v1/signals/{signal_id}/dismissal
ry-r- --- 200 POST /v1/signals/{signal_id}/acceptance
ry-r- --y 200 POST /v1/signals
# due dates, events, evidence, duties
yyyy- --- 200 GET  /v1/due-dates
yyyy- --- 200 GET  /v1/contracts/{contract_id}/due-dates
yyyy- --- 200 GET  /v1/events
yyyy- --- 200 GET  /v1/evidence
yyyy- --- 200 GET  /v1/evidence/{evidence_id}
yyyy- --- 200 GET  /v1/evidence/{evidence_id}/content
yyyy- --- 200 GET  /v1/contracts/{contract_id}/monthly-reports
yyyy- --- 200 GET  /v1/contracts/{contract_id}/monthly-reports/{period}
ryrr- --- 200 POST /v1/contracts/{contract_id}/monthly-reports/{period}/returning
yyyy- --- 200 GET  /v1/contracts/{contract_id}/key-posts
ryrr- --- 200 PUT  /v1/contracts/{contract_id}/key-posts
# audit, access log, job runs
y--y- --- 200 GET  /v1/audit-events
y--y- --- 200 GET  /v1/audit-events/export
y--y- --- 200 GET  /v1/audit-events/chains
y--y- --- 200 GET  /v1/access-log
y--y- --- 200 GET  /v1/access-log/export
yy-y- --- 200 GET  /v1/job-runs
ry-r- --- 200 POST /v1/job-runs
# a vendor's portal
----y --- 200 GET  /v1/portal/me
----y --- 200 GET  /v1/portal/tokens
----y --- 201 POST /v1/portal/tokens
----y --- 200 POST /v1/portal/tokens/{token_id}/revocation
----y --- 200 GET  /v1/portal/contracts
----y --- 200 GET  /v1/portal/contracts/{contract_id}
----y --- 200 GET  /v1/portal/contracts/{contract_id}/terms
----y --- 200 GET  /v1/portal/contracts/{contract_id}/statement
----y --- 200 GET  /v1/portal/assessments
----y --- 200 GET  /v1/portal/evidence
----y --- 201 POST /v1/portal/evidence
----y --- 200 GET  /v1/portal/evidence/{evidence_id}
----y --- 200 GET  /v1/portal/evidence/{evidence_id}/content
----y --- 200 PUT  /v1/portal/evidence/{evidence_id}/content
----y --- 200 GET  /v1/portal/assessments/{assessment_id}
----y --- 200 GET  /v1/portal/findings
----y --- 200 GET  /v1/portal/findings/{finding_id}
----y --- 200 GET  /v1/portal/due-dates
----y --- 200 GET  /v1/portal/due-dates/{due_date_id}
----y --- 200 GET  /v1/portal/settlements
----y --- 200 GET  /v1/portal/settlements/{settlement_id}
----y --- 200 GET  /v1/portal/settlements/{settlement_id}/explanation
----y --- 200 GET  /v1/portal/payouts
----y --- 200 GET  /v1/portal/payouts/{payout_id}
----y --- 200 GET  /v1/portal/payouts/{payout_id}/explanation
----y --- 200 GET  /v1/portal/contracts/{contract_id}/monthly-reports
----y --- 200 GET  /v1/portal/contracts/{contract_id}/monthly-reports/{period}
----y --- 200 PUT  /v1/portal/contracts/{contract_id}/monthly-reports/{period}
----y --- 200 GET  /v1/portal/contracts/{contract_id}/key-posts
----y --- 200 PUT  /v1/portal/contracts/{contract_id}/key-posts
----y --- 201 POST /v1/portal/settlements/{settlement_id}/objection
----y --- 201 POST /v1/portal/payouts/{payout_id}/objection
----y --- 200 GET  /v1/portal/objections
----y --- 200 GET  /v1/portal/objections/{objection_id}
----y --- 200 GET  /v1/portal/assessments/{assessment_id}/acknowledgement
----y --- 201 POST /v1/portal/assessments/{assessment_id}/acknowledgement
----y --- 201 POST /v1/portal/assessments/{assessment_id}/appeals
----y --- 200 GET  /v1/portal/appeals
----y --- 200 GET  /v1/portal/appeals/{appeal_id}
----y --- 200 GET  /v1/portal/findings/{finding_id}/rectifications
----y --- 201 POST /v1/portal/findings/{finding_id}/rectification
----y --- 200 GET  /v1/portal/events
----y --- 200 GET  /v1/portal/events/{event_id}
----y --- 200 GET  /v1/portal/event-types
----y --- 200 GET  /v1/portal/webhook-endpoints
----y --- 201 POST /v1/portal/webhook-endpoints
----y --- 200 GET  /v1/portal/webhook-endpoints/{endpoint_id}
----y --- 200 PUT  /v1/portal/webhook-endpoints/{endpoint_id}
----y --- 200 POST /v1/portal/webhook-endpoints/{endpoint_id}/secret-rotation
----y --- 201 POST /v1/portal/webhook-endpoints/{endpoint_id}/test-event
----y --- 200 POST /v1/portal/webhook-deliveries/{delivery_id}/resending
----y --- 200 POST /v1/portal/webhook-endpoints/{endpoint_id}/recovery
----y --- 200 GET  /v1/portal/webhook-endpoints/{endpoint_id}/statistics
----y --- 200 GET  /v1/portal/webhook-deliveries
----y --- 200 GET  /v1/portal/webhook-deliveries/{delivery_id}
----y --- 200 GET  /v1/portal/webhook-deliveries/{delivery_id}/attempts
----y --- 200 POST /v1/portal/webhook-endpoints/{endpoint_id}/disabling
----y --- 200 POST /v1/portal/webhook-endpoints/{endpoint_id}/enabling
----y --- 204 POST /v1/portal/webhook-endpoints/{endpoint_id}/deletion
"""

_LINE = re.compile(r"([yr-]{5}) ([yr-]{3}) (2\d\d) ([A-Z]+) +(/\S+)")


def _cells() -> dict[Operation, tuple[str, int]]:
    cells: dict[Operation, tuple[str, int]] = {}
    for line in TABLE.strip().splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            assert line.startswith("# "), line
            continue
        people, systems, success, method, path = found.groups()
        assert (method, path) not in cells, line
        cells[method, path] = people + systems, int(success)
    return cells


CELLS = _cells()
"""The letters of each operation, and its status of success."""


def letter(who: str, operation: Operation) -> str:
    """Give the letter of one caller."""
    letters, _ = CELLS[operation]
    return letters[WHO.index(who)]


def passes(who: str, operation: Operation) -> bool:
    """Tell whether a caller may do something with what is their own."""
    return letter(who, operation) == "y"


def expected(who: str, operation: Operation, whose: str) -> int:
    """Give the status of one cell: what is not one's own is not there, and what is closed is closed for any id."""
    found = letter(who, operation)
    if found == "-":
        return 403
    if whose == OWN or (whose == OTHER_VENDOR and who != "vendor"):
        return CELLS[operation][1] if found == "y" else 403
    return 404


BESIDE_IDS = {
    "period": "2023-01",
    "year": "2023",
    "template_id": "monthly-score-bands",
    "evaluation_template_id": "national",
}
"""What paths name beside ids."""


def named_in(path: str) -> list[str]:
    """List the ids that a path names."""
    return [name for name in re.findall(r"{(\w+)}", path) if name not in BESIDE_IDS]

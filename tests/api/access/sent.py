"""What is sent to every operation: a body that it takes, and the things that its path is about."""

from dataclasses import dataclass, field
from typing import Any

from app.api.supervisor.evaluation_form_example import example
from tests.api.access.expected import Operation
from tests.office import TERMS, without
from tests.payouts import CHOICE, HOLDBACK, PRORATED


@dataclass(frozen=True)
class Sent:
    """A body that an operation takes; `places` says which other id of a holding its path is about.

    One that is `by_another` is refused who did the one before it. A `file` is sent as it is, with a `query`.
    """

    body: dict[str, Any] | None = None
    places: dict[str, str] = field(default_factory=dict)
    by_another: bool = False
    file: bytes | None = None
    query: dict[str, str] = field(default_factory=dict)


MONTH = "/v1/contracts/{contract_id}/assessments/{period}"
CENTER = "/v1/service-centers/{service_center_id}"
MONEY = "/v1/contracts/{contract_id}"
METRICS = "/v1/contracts/{contract_id}/metrics/{period}"
YEARS = "/v1/contracts/{contract_id}/annual-assessments"
PAYOUTS = "/v1/contracts/{contract_id}/payouts"
SETTLEMENT = "/v1/contracts/{contract_id}/settlements/{settlement_id}"
FILE = "/v1/portal/evidence/{evidence_id}"
SENT = {"text": "as raw bytes"}
"""What is sent as a file: the client writes it as JSON, which is a text like any other."""
SETTLED = {"contract": "settled_contract"}
ACKNOWLEDGEMENT = "/v1/portal/assessments/{assessment_id}/acknowledgement"
ANSWERED = "/v1/contracts/{contract_id}/findings/{finding_id}"
OWED = {"finding": "notified_finding"}
SUBMITTED = {"contract": "answered_contract", "finding": "submitted_finding"}
OF_SCORE = {"about": "score", "grounds": "当日停电", "asked": "恢复扣分"}
RETURNED = HOLDBACK | {"releases": [{"code": code, "share": "0.5", "after": "acceptance"} for code in ("part", "rest")]}
AGREED = CHOICE | {"agreed_on": "2023-02-10"}
JANUARY = PRORATED | {"served": ["2023-01"], "assessed": ["2023-01"]}
DECIDED = {
    "kind": "score_bands",
    "base": "month_fee",
    "bands": [{"at_least": "70", "share": "1"}, {"below": "70", "share": "0.7", "decided": True}],
}
SIGNAL = {"source": "12345", "occurred_at": "2023-01-11T10:05:00+08:00", "category": "窗口无人"}
"""Sent before by the same system, so that everybody who sends it again gets the same."""
ACCEPTED = {"on": "2023-02-06", "document": "验收报告"}
OWN_TERMS: dict[str, Any] = {"changes": []}
PAYABLE = {"after": "settlement_approved", "unit": "calendar_days", "length": 90, "roll": "none"}
MANAGER = {
    "post": "manager",
    "name": "项目经理",
    "due": {"after": "vacated", "unit": "calendar_days", "length": 365, "roll": "none"},
}
HELD = {"changes": [{"post": "manager", "holder": "S-017", "held_from": "2023-01-09"}]}
REPORT = {"summary": "本月正常", "figures": [{"code": "head_count", "value": "45"}]}
TOLD = {"finding": "told_finding"}
APPROVED = {"settlement": "settled", "payout": "paid_out"}
PAID_BY_MONTH: dict[str, Any] = {
    "starts_on": "2022-01-01",
    "ends_on": "2022-12-31",
    "recorded_from": "2022-10",
    "years": [{"year": 2022, "amount": "1200.00"}],
    "terms": TERMS | {"payment": {"schedule": "monthly", "due": PAYABLE}, "money": [HOLDBACK | {"base": "month_fee"}]},
}
"""A contract that has ended, and whose last three months are settled here."""
ENDPOINTS = "/v1/portal/webhook-endpoints"
ENDPOINT = f"{ENDPOINTS}/{{endpoint_id}}"
DELIVERIES = "/v1/portal/webhook-deliveries"
PERSON = {
    "display_name": "新同事",
    "language": "zh",
    "role": "supervisor",
    "service_centers": ["$service_center"],
}
MACHINE = {
    "role": "integration",
    "service_centers": ["$service_center"],
    "scopes": ["signals:write"],
    "expires_in_days": 30,
}
TABLE: dict[str, Any] = {
    "project": "外包服务项目",
    "indicators": [{"name": "产出指标", "weight": "100", "score": "90"}],
}
EVALUATION = {"year": 2023, "title": "外包服务项目", "template": "national", "document": TABLE}
CHANNEL = {"kind": "email", "name": "值班", "address": "watch@center.example"}
SOON: dict[str, Any] = {"url": "https://vendor.example/kaohe"}
LINE = {"name": "大厅运行经费", "initial": "100000.00", "purposes": [{"code": "hall", "name": "大厅运行"}]}
SPENT = {"amount": "10.00", "spent_on": "2023-01-20", "purpose": "hall"}
BUDGET = "/v1/budgets/{budget_line_id}"
EXPENDITURE = "/v1/expenditures/{expenditure_id}"

REQUESTS: dict[Operation, Sent] = {
    # Asked while everybody has one center: whoever has several names one.
    ("GET", "/v1/events"): Sent(),
    ("GET", "/v1/me"): Sent(),
    ("GET", "/v1/portal/me"): Sent(),
    ("GET", "/v1/portal/tokens"): Sent(),
    ("POST", "/v1/portal/tokens"): Sent({"name": "备用接口", "expires_in_days": 30}),
    ("POST", "/v1/portal/tokens/{token_id}/revocation"): Sent(),
    ("GET", "/v1/portal/contracts"): Sent(),
    ("GET", "/v1/portal/contracts/{contract_id}"): Sent(),
    ("GET", "/v1/portal/contracts/{contract_id}/terms"): Sent(),
    ("GET", "/v1/portal/contracts/{contract_id}/statement"): Sent(),
    ("GET", "/v1/portal/assessments"): Sent(),
    ("GET", "/v1/portal/evidence"): Sent(),
    ("POST", "/v1/portal/evidence"): Sent({"name": "b.txt", "size": 1, "sha256": "0b" * 32}),
    ("GET", FILE): Sent(),
    ("GET", f"{FILE}/content"): Sent(),
    ("PUT", f"{FILE}/content"): Sent(SENT),
    ("GET", "/v1/evidence"): Sent(),
    ("GET", "/v1/evidence/{evidence_id}"): Sent(),
    ("GET", "/v1/evidence/{evidence_id}/content"): Sent(),
    ("GET", "/v1/portal/assessments/{assessment_id}"): Sent(),
    ("GET", "/v1/portal/findings"): Sent(),
    ("GET", "/v1/portal/findings/{finding_id}"): Sent(places=TOLD),
    ("GET", "/v1/portal/due-dates"): Sent(),
    ("GET", "/v1/portal/due-dates/{due_date_id}"): Sent(),
    ("GET", "/v1/portal/settlements"): Sent(),
    ("GET", "/v1/portal/settlements/{settlement_id}"): Sent(places=APPROVED),
    ("GET", "/v1/portal/settlements/{settlement_id}/explanation"): Sent(places=APPROVED),
    ("GET", "/v1/portal/payouts"): Sent(),
    ("GET", "/v1/portal/payouts/{payout_id}"): Sent(places=APPROVED),
    ("GET", "/v1/portal/payouts/{payout_id}/explanation"): Sent(places=APPROVED),
    ("GET", "/v1/portal/contracts/{contract_id}/monthly-reports"): Sent(),
    ("GET", "/v1/portal/contracts/{contract_id}/monthly-reports/{period}"): Sent(),
    ("PUT", "/v1/portal/contracts/{contract_id}/monthly-reports/{period}"): Sent(REPORT),
    ("GET", "/v1/portal/contracts/{contract_id}/key-posts"): Sent(),
    ("PUT", "/v1/portal/contracts/{contract_id}/key-posts"): Sent(HELD),
    ("POST", "/v1/portal/settlements/{settlement_id}/objection"): Sent(
        {"line": 2, "grounds": "扣款依据不足"}, APPROVED
    ),
    ("POST", "/v1/portal/payouts/{payout_id}/objection"): Sent({"grounds": "金额有误"}, APPROVED),
    ("GET", "/v1/portal/objections"): Sent(),
    ("GET", "/v1/portal/objections/{objection_id}"): Sent(),
    ("GET", f"{MONEY}/monthly-reports"): Sent(),
    ("GET", f"{MONEY}/monthly-reports/{{period}}"): Sent(),
    ("POST", f"{MONEY}/monthly-reports/{{period}}/returning"): Sent({"reason": "缺少办件量"}),
    ("GET", f"{MONEY}/key-posts"): Sent(),
    ("PUT", f"{MONEY}/key-posts"): Sent(HELD),
    ("GET", "/v1/objections"): Sent(),
    ("GET", "/v1/objections/{objection_id}"): Sent(),
    ("POST", "/v1/objections/{objection_id}/answer"): Sent({"outcome": "rejected", "reason": "属实"}),
    ("GET", "/v1/service-centers"): Sent(),
    ("POST", "/v1/service-centers"): Sent({"code": "XC", "name": "新中心"}),
    ("GET", f"{CENTER}/sites"): Sent(),
    ("POST", f"{CENTER}/sites"): Sent({"code": "H2", "name": "二号大厅"}),
    ("GET", f"{CENTER}/counters"): Sent(),
    ("POST", f"{CENTER}/counters"): Sent({"site_id": "$site", "code": "A-01", "name": "一号窗口"}),
    ("GET", "/v1/vendors"): Sent(),
    ("POST", "/v1/vendors"): Sent({"service_center_id": "$service_center", "name": "新公司"}),
    ("GET", "/v1/issue-types"): Sent(),
    ("POST", "/v1/issue-types"): Sent({"service_center_id": "$service_center", "code": "rude", "name_zh": "态度"}),
    ("GET", "/v1/contracts"): Sent(),
    ("POST", "/v1/contracts"): Sent(
        {
            "number": "NEW-1",
            "title": "新合同",
            "service_center_id": "$service_center",
            "vendor_id": "$vendor",
            "starts_on": "2023-01-01",
            "ends_on": "2023-12-31",
            "recorded_from": "2023-01",
            "terms": TERMS,
        },
    ),
    ("GET", "/v1/contracts/{contract_id}"): Sent(),
    ("GET", "/v1/contracts/{contract_id}/terms"): Sent(),
    ("GET", "/v1/terms-templates"): Sent(),
    ("GET", "/v1/terms-templates/{template_id}"): Sent(),
    ("GET", "/v1/evaluation-templates"): Sent(),
    ("GET", "/v1/evaluation-templates/{evaluation_template_id}"): Sent(),
    ("GET", "/v1/evaluations"): Sent(),
    ("POST", "/v1/evaluations"): Sent(
        EVALUATION | {"title": "又一项目", "service_center_id": "$service_center", "contract_id": "$contract"}
    ),
    ("GET", "/v1/evaluations/{evaluation_id}"): Sent(),
    ("PUT", "/v1/evaluations/{evaluation_id}"): Sent({"template": "national", "document": TABLE}),
    ("POST", "/v1/evaluations/{evaluation_id}/finalization"): Sent({}),
    ("GET", "/v1/evaluations/{evaluation_id}/versions"): Sent(),
    ("GET", "/v1/evaluations/{evaluation_id}/form.xlsx"): Sent(),
    ("GET", "/v1/evaluations/{evaluation_id}/form.docx"): Sent(),
    ("GET", "/v1/evaluations/{evaluation_id}/form.pdf"): Sent(),
    ("POST", "/v1/evaluation-imports"): Sent(
        file=example(),
        query={"service_center_id": "$service_center", "contract_id": "$contract", "year": "2023"}
        | {"template": "national", "dry_run": "true"},
    ),
    ("GET", "/v1/due-dates"): Sent(),
    ("GET", "/v1/contracts/{contract_id}/due-dates"): Sent(),
    ("GET", "/v1/alerts"): Sent(),
    ("GET", "/v1/alerts/{alert_id}"): Sent(),
    ("POST", "/v1/alerts/{alert_id}/taking-up"): Sent(),
    ("POST", "/v1/alerts/{alert_id}/acceptance"): Sent({"reason": "属实，已处理"}),
    ("GET", "/v1/findings"): Sent(),
    ("GET", "/v1/contracts/{contract_id}/findings"): Sent(),
    ("POST", "/v1/contracts/{contract_id}/findings"): Sent({"issue_type": "leaving_post", "occurred_on": "2023-01-11"}),
    ("GET", "/v1/contracts/{contract_id}/findings/{finding_id}"): Sent(),
    ("POST", "/v1/contracts/{contract_id}/findings/{finding_id}/withdrawal"): Sent(
        {"withdrawn_on": "2023-01-20", "reason": "申诉成立"}
    ),
    ("GET", "/v1/contracts/{contract_id}/repeat-offences"): Sent(),
    ("GET", "/v1/signals"): Sent(),
    ("POST", "/v1/signals"): Sent(SIGNAL | {"external_ref": "XA-1/signal"}),
    ("GET", "/v1/signals/{signal_id}"): Sent(),
    ("POST", "/v1/signals/{signal_id}/regrouping"): Sent(
        {"with_signal": "$other_signal", "reason": "同一件事"}, {"signal": "third_signal"}
    ),
    ("POST", "/v1/signals/{signal_id}/dismissal"): Sent({"reason": "不属实"}, {"signal": "other_signal"}),
    ("POST", "/v1/signals/{signal_id}/acceptance"): Sent({"contract_id": "$contract", "issue_type": "leaving_post"}),
    ("GET", "/v1/assessments"): Sent(),
    ("GET", "/v1/contracts/{contract_id}/assessments"): Sent(),
    ("GET", MONTH): Sent(),
    ("PUT", MONTH): Sent({"state": "assessed", "score": {"exact": "92.50"}, "assessed_on": "2023-02-01"}),
    ("POST", f"{MONTH}/finalization"): Sent({"final_on": "2023-02-02"}),
    ("POST", f"{MONTH}/notice"): Sent({"notified_on": "2023-02-03"}),
    ("GET", f"{MONTH}/revisions"): Sent(),
    ("POST", f"{MONTH}/revisions"): Sent(
        {"reason": "更正", "revised_on": "2023-02-06", "result": {"state": "assessed", "score": None}}
    ),
    ("POST", f"{MONTH}/appeal-decision"): Sent(
        {"appealed_on": "2023-02-07", "outcome": "rejected", "decided_on": "2023-02-08", "reason": "事实清楚"},
        by_another=True,
    ),
    ("GET", ACKNOWLEDGEMENT): Sent(),
    ("POST", ACKNOWLEDGEMENT): Sent(),
    ("POST", "/v1/portal/assessments/{assessment_id}/appeals"): Sent({"lines": [OF_SCORE]}),
    ("GET", "/v1/portal/appeals"): Sent(),
    ("GET", "/v1/portal/appeals/{appeal_id}"): Sent(),
    ("GET", "/v1/portal/findings/{finding_id}/rectifications"): Sent(places=OWED),
    ("POST", "/v1/portal/findings/{finding_id}/rectification"): Sent({"description": "已整改"}, OWED),
    ("GET", "/v1/appeals"): Sent(),
    ("GET", "/v1/appeals/{appeal_id}"): Sent(),
    ("POST", "/v1/appeals/{appeal_id}/decision"): Sent(
        {"lines": [{"number": 1, "outcome": "rejected", "reason": "事实清楚"}], "reason": "维持"}
    ),
    ("GET", f"{ANSWERED}/rectifications"): Sent(places=SUBMITTED),
    ("POST", f"{ANSWERED}/verification"): Sent({"outcome": "verified"}, SUBMITTED),
    ("GET", f"{MONEY}/metrics"): Sent(),
    ("GET", METRICS): Sent(),
    ("PUT", METRICS): Sent({"values": [{"code": "satisfaction_rate", "value": "0.2450"}]}),
    ("GET", "/v1/budgets"): Sent(),
    ("POST", "/v1/budgets"): Sent(LINE | {"service_center_id": "$service_center", "project": "new", "year": 2023}),
    ("GET", BUDGET): Sent(),
    ("PUT", BUDGET): Sent(LINE | {"contract_id": "$contract"}),
    ("POST", f"{BUDGET}/adjustments"): Sent(
        {
            "amount": "-1.00",
            "adjusted_on": "2023-01-20",
            "reason": "调剂",
            "counterpart_line_id": "$other_budget_line",
        }
    ),
    ("GET", f"{BUDGET}/expenditures"): Sent(),
    ("POST", f"{BUDGET}/expenditures"): Sent(SPENT | {"external_ref": "one-$yesterday"}),
    ("GET", "/v1/expenditures"): Sent(),
    ("POST", "/v1/expenditures"): Sent(
        {"expenditures": [SPENT | {"budget_line_id": "$budget_line", "external_ref": "many"}]}
    ),
    ("GET", EXPENDITURE): Sent(),
    ("POST", f"{EXPENDITURE}/acceptance"): Sent({"reason": "经批准"}),
    ("POST", f"{EXPENDITURE}/reclassification"): Sent(
        {"budget_line_id": "$other_budget_line", "reason": "调整"}, {"expenditure": "second_expenditure"}
    ),
    ("POST", f"{EXPENDITURE}/reversal"): Sent({"reason": "误记"}, {"expenditure": "third_expenditure"}),
    ("GET", "/v1/budget-summary"): Sent(),
    ("GET", "/v1/budget-summary.csv"): Sent(),
    ("GET", "/v1/progress-reports"): Sent(),
    ("POST", "/v1/progress-reports"): Sent(
        {"service_center_id": "$service_center", "contract_id": "$contract", "quarter": "2023-Q1"}
    ),
    ("GET", "/v1/progress-reports/{progress_report_id}"): Sent(),
    ("POST", "/v1/progress-reports/{progress_report_id}/hand-over"): Sent(
        {"handed_over_on": "2023-07-10", "document_no": "报〔2023〕2号"}
    ),
    ("GET", f"{METRICS}/loads"): Sent(),
    ("POST", f"{MONEY}/metric-imports"): Sent(file="月份,办件量\n2023-01,1200\n".encode()),
    ("GET", "/v1/metric-codes"): Sent(),
    ("GET", "/v1/metric-template.xlsx"): Sent(),
    ("GET", "/v1/metric-template.csv"): Sent(),
    ("GET", f"{MONEY}/decisions"): Sent(),
    ("POST", f"{MONEY}/decisions"): Sent(
        {
            "period": "2023-01",
            "clause": "/money/2",
            "share": "0.50",
            "reason": "会议研究决定",
            "reference": {"document": "会议纪要"},
            "decided_on": "2023-02-10",
        },
    ),
    ("GET", "/v1/audit-events"): Sent(),
    ("GET", "/v1/audit-events/export"): Sent(),
    ("GET", "/v1/audit-events/chains"): Sent(),
    ("GET", "/v1/access-log"): Sent(),
    ("GET", "/v1/access-log/export"): Sent(),
    ("GET", YEARS): Sent(),
    ("GET", f"{YEARS}/{{year}}"): Sent(),
    ("POST", "/v1/contracts/{contract_id}/amendments"): Sent(
        {"effective_from": "2023-07-01", "reference": {"document": "补充协议"}, "terms": without("reference")},
    ),
    # Closed with its only final month, so that the year can be held.
    ("POST", "/v1/contracts/{contract_id}/closing"): Sent({"closed_on": "2023-01-31"}),
    ("POST", YEARS): Sent({"year": 2023, "held_on": "2023-02-20", "score": {"exact": "92.50"}}),
    ("POST", f"{YEARS}/{{year}}/notice"): Sent({"notified_on": "2023-02-21"}),
    ("GET", f"{MONEY}/opening-balance"): Sent(),
    # Books are opened before anything is settled, so they are another contract's; and so is what is settled.
    ("POST", f"{MONEY}/opening-balance"): Sent(
        {"as_of": "2023-01-31", "held": "100.00", "source": "交接表"},
        {"contract": "new_contract"},
    ),
    ("GET", "/v1/settlements"): Sent(),
    ("GET", f"{MONEY}/payment-periods"): Sent(places=SETTLED),
    ("GET", f"{MONEY}/fees"): Sent(places=SETTLED),
    ("GET", f"{MONEY}/settlements"): Sent(places=SETTLED),
    ("POST", f"{MONEY}/settlements"): Sent({"payment_period": "2022-12"}, SETTLED),
    ("GET", SETTLEMENT): Sent(places=SETTLED),
    ("GET", f"{SETTLEMENT}/explanation"): Sent(places=SETTLED),
    ("POST", f"{SETTLEMENT}/approval"): Sent(places=SETTLED),
    ("GET", f"{SETTLEMENT}/dossier"): Sent(places=SETTLED),
    ("GET", f"{MONEY}/statements/{{year}}"): Sent(),
    ("GET", f"{MONEY}/statements/{{year}}/workbook"): Sent(),
    ("GET", f"{MONEY}/payments"): Sent(places=SETTLED),
    ("POST", f"{MONEY}/payments"): Sent(
        {"settlement_id": "$settled", "amount": "1.00", "paid_on": "2023-02-15", "voucher_no": "记-2"},
        SETTLED,
    ),
    ("POST", f"{MONEY}/payments/matching"): Sent({"csv": "凭证号,金额,支付日期\n记-1,1.00,2023-02-14\n"}, SETTLED),
    ("GET", f"{MONEY}/payments/{{payment_id}}"): Sent(places=SETTLED),
    ("POST", f"{MONEY}/payments/{{payment_id}}/voiding"): Sent({"voided_on": "2023-02-16", "reason": "误记"}, SETTLED),
    ("GET", f"{MONEY}/ledger"): Sent(places=SETTLED),
    ("GET", f"{MONEY}/balance"): Sent(places=SETTLED),
    ("GET", PAYOUTS): Sent(),
    ("GET", f"{PAYOUTS}/{{payout_id}}"): Sent(),
    ("GET", f"{PAYOUTS}/{{payout_id}}/explanation"): Sent(),
    ("POST", f"{PAYOUTS}/{{payout_id}}/reading"): Sent(AGREED),
    # Of what the supervisor has drafted: nobody approves what they have read themselves.
    ("POST", f"{PAYOUTS}/{{payout_id}}/approval"): Sent(places={"payout": "release"}),
    ("POST", f"{MONEY}/releases"): Sent(ACCEPTED | {"release": "rest"}),
    ("GET", f"{MONEY}/holdbacks"): Sent(),
    ("POST", f"{MONEY}/trials"): Sent(OWN_TERMS, SETTLED),
    ("POST", f"{CENTER}/trials"): Sent(OWN_TERMS),
    ("GET", "/v1/trials/{trial_id}"): Sent(),
    ("GET", "/v1/trials/{trial_id}/contracts"): Sent(),
    ("GET", "/v1/portal/events"): Sent(),
    ("GET", "/v1/portal/events/{event_id}"): Sent(),
    ("GET", "/v1/portal/event-types"): Sent(),
    ("GET", ENDPOINTS): Sent(),
    ("POST", ENDPOINTS): Sent(SOON),
    ("GET", ENDPOINT): Sent(),
    ("PUT", ENDPOINT): Sent(SOON),
    ("POST", f"{ENDPOINT}/secret-rotation"): Sent({}),
    ("POST", f"{ENDPOINT}/test-event"): Sent(),
    ("POST", f"{DELIVERIES}/{{delivery_id}}/resending"): Sent(),
    ("POST", f"{ENDPOINT}/recovery"): Sent({"since": "$yesterday"}),
    ("GET", f"{ENDPOINT}/statistics"): Sent(),
    ("GET", DELIVERIES): Sent(),
    ("GET", f"{DELIVERIES}/{{delivery_id}}"): Sent(),
    ("GET", f"{DELIVERIES}/{{delivery_id}}/attempts"): Sent(),
    ("POST", f"{ENDPOINT}/disabling"): Sent(),
    ("POST", f"{ENDPOINT}/enabling"): Sent(),
    ("POST", f"{ENDPOINT}/deletion"): Sent(),
    ("GET", "/v1/vendors/{vendor_id}/webhook-networks"): Sent(),
    ("POST", "/v1/vendors/{vendor_id}/webhook-networks"): Sent({"cidr": "10.20.31.0/24", "reason": "政务外网"}),
    ("POST", "/v1/webhook-networks/{network_id}/removal"): Sent(),
    ("GET", "/v1/me/channels"): Sent(),
    ("POST", "/v1/me/channels"): Sent({"kind": "email", "name": "另一个", "address": "second@center.example"}),
    ("GET", "/v1/me/channels/{channel_id}"): Sent(),
    ("POST", "/v1/me/channels/{channel_id}/test"): Sent(),
    ("POST", "/v1/me/channels/{channel_id}/removal"): Sent(),
    ("GET", "/v1/me/message-settings"): Sent(),
    ("PUT", "/v1/me/message-settings"): Sent({"digest": True, "reminders": False}),
    ("GET", "/v1/me/messages"): Sent(),
    ("GET", f"{CENTER}/reminders"): Sent(),
    ("PUT", f"{CENTER}/reminders"): Sent({"days": [7, 3, 1]}),
    ("GET", "/v1/users"): Sent(),
    ("POST", "/v1/users"): Sent({"name": "new.person", **PERSON}),
    ("GET", "/v1/users/{user_id}"): Sent(),
    ("PUT", "/v1/users/{user_id}"): Sent(PERSON),
    ("POST", "/v1/users/{user_id}/password-reset"): Sent(),
    ("POST", "/v1/users/{user_id}/unlocking"): Sent(),
    ("POST", "/v1/users/{user_id}/ending-sessions"): Sent(),
    ("POST", "/v1/users/{user_id}/disabling"): Sent({"reason": "已调离"}),
    ("POST", "/v1/users/{user_id}/enabling"): Sent(),
    ("GET", "/v1/tokens"): Sent(),
    ("POST", "/v1/tokens"): Sent({"principal": "new-machine", **MACHINE}),
    ("GET", "/v1/tokens/{machine_token_id}"): Sent(),
    ("POST", "/v1/tokens/{machine_token_id}/revocation"): Sent(),
    ("GET", "/v1/job-runs"): Sent(),
    ("POST", "/v1/job-runs"): Sent({"job": "flag_late_notices", "as_of": "2023-02-16"}),
}
"""Every operation, in an order in which each can be used once: month and year go from finding to notice."""

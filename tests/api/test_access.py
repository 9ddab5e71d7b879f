"""Every route of the served document, asked by every role about its own, another center's and another vendor's."""

import hashlib
import json
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from fastapi import APIRouter
from httpx2 import Response
from pydantic import SecretStr
from sqlalchemy import make_url, update
from sqlmodel import col, select

from app.api.requests import KaoheRoute
from app.clock import now
from app.database import Database
from app.features.access import service as access
from app.features.access import tokens
from app.features.access.caller import Caller
from app.features.assessments import months
from app.features.assessments import service as assessments
from app.features.assessments.appeal_filing import NewLine, file_appeal
from app.features.assessments.rectifications import submit
from app.features.assessments.results import Result
from app.features.audit.actor import OPERATOR
from app.features.audit.service import recording
from app.features.evidence import handing_in
from app.features.evidence.handing_in import NewFile
from app.features.evidence.service import attach, uses_of
from app.features.evidence.storage import Received, Shelf
from app.features.parties import service as parties
from app.features.webhooks import deliveries, endpoints
from app.features.webhooks.claiming import drop
from app.features.webhooks.destinations import LookedUp, deployment
from app.features.webhooks.endpoints import Settled
from app.models import Token, WebhookDelivery
from app.models.words import AppealAbout, AskedBy, Role
from app.nightly import run
from app.rules.consecutive import MonthState
from app.rules.destinations import Destination
from app.rules.periods import Period
from app.settings import Settings
from tests.api.asking import JSON, expect_problem, filled, last_part
from tests.client import Client
from tests.conftest import DIALECTS
from tests.lending import client_of, opened
from tests.nights import every_row, run_nights
from tests.office import TERMS, Office, Person, without
from tests.payouts import ANNUAL, CHOICE, HOLDBACK, PRORATED, payout
from tests.postgres import PostgresServer
from tests.settled import paid_out

READ, WRITE = frozenset({"read"}), frozenset({"read", "write"})

ROWS: dict[str, dict[Role, frozenset[str]]] = {
    "service centers": {Role.ADMIN: WRITE, Role.AUDITOR: READ},
    "parties": {Role.ADMIN: WRITE, Role.SUPERVISOR: WRITE, Role.FINANCE: READ, Role.AUDITOR: READ},
    "contracts": {Role.ADMIN: WRITE, Role.SUPERVISOR: WRITE, Role.FINANCE: READ, Role.AUDITOR: READ},
    "assessments": {Role.ADMIN: READ, Role.SUPERVISOR: WRITE, Role.FINANCE: READ, Role.AUDITOR: READ},
    "settlements": {Role.ADMIN: READ, Role.SUPERVISOR: WRITE, Role.FINANCE: WRITE, Role.AUDITOR: READ},
    "approvals": {Role.ADMIN: READ, Role.SUPERVISOR: READ, Role.FINANCE: WRITE, Role.AUDITOR: READ},
    "due dates": {Role.ADMIN: READ, Role.SUPERVISOR: WRITE, Role.FINANCE: READ, Role.AUDITOR: READ},
    "trials": {Role.ADMIN: READ, Role.SUPERVISOR: WRITE, Role.FINANCE: WRITE, Role.AUDITOR: READ},
    "metrics": {Role.ADMIN: READ, Role.SUPERVISOR: WRITE, Role.FINANCE: WRITE, Role.AUDITOR: READ},
    "job runs": {Role.ADMIN: READ, Role.SUPERVISOR: WRITE, Role.AUDITOR: READ},
    "audit": {Role.ADMIN: READ, Role.AUDITOR: READ},
    "templates of terms": {role: READ for role in Role if role is not Role.INTEGRATION},
    "signals": {Role.ADMIN: READ, Role.SUPERVISOR: WRITE, Role.AUDITOR: READ, Role.INTEGRATION: READ},
    "sent signals": {Role.SUPERVISOR: WRITE, Role.INTEGRATION: WRITE},
    "oneself": dict.fromkeys(Role, READ),
    "evidence": {Role.ADMIN: READ, Role.SUPERVISOR: WRITE, Role.FINANCE: READ, Role.AUDITOR: READ},
    "duties": {Role.ADMIN: READ, Role.SUPERVISOR: WRITE, Role.FINANCE: READ, Role.AUDITOR: READ},
    "portal": {Role.VENDOR: WRITE},
    "events": {Role.ADMIN: READ, Role.SUPERVISOR: READ, Role.FINANCE: READ, Role.AUDITOR: READ},
    "webhooks": {Role.ADMIN: WRITE, Role.AUDITOR: READ},
}
"""Who may do what, as section 4 of the API's conventions says it; a role that a row does not name may do nothing."""


@dataclass(frozen=True)
class Route:
    """A route's row in the table, and a body that it takes; `places` says which other id of a holding it is about.

    One that `reads` writes nothing, though it is a POST; one that is `by_another` is refused who did the one before it.
    """

    row: str
    body: dict[str, Any] | None = None
    places: dict[str, str] = field(default_factory=dict)
    reads: bool = False
    by_another: bool = False


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
SOON: dict[str, Any] = {"url": "https://vendor.example/kaohe"}

ROUTES: dict[tuple[str, str], Route] = {
    # Asked while everybody has one center: whoever has several names one.
    ("GET", "/v1/events"): Route("events"),
    ("GET", "/v1/me"): Route("oneself"),
    ("GET", "/v1/portal/me"): Route("portal"),
    ("GET", "/v1/portal/tokens"): Route("portal"),
    ("POST", "/v1/portal/tokens"): Route("portal", {"name": "备用接口", "expires_in_days": 30}),
    ("POST", "/v1/portal/tokens/{token_id}/revocation"): Route("portal"),
    ("GET", "/v1/portal/contracts"): Route("portal"),
    ("GET", "/v1/portal/contracts/{contract_id}"): Route("portal"),
    ("GET", "/v1/portal/contracts/{contract_id}/terms"): Route("portal"),
    ("GET", "/v1/portal/contracts/{contract_id}/statement"): Route("portal"),
    ("GET", "/v1/portal/assessments"): Route("portal"),
    ("GET", "/v1/portal/evidence"): Route("portal"),
    ("POST", "/v1/portal/evidence"): Route("portal", {"name": "b.txt", "size": 1, "sha256": "0b" * 32}),
    ("GET", FILE): Route("portal"),
    ("GET", f"{FILE}/content"): Route("portal"),
    ("PUT", f"{FILE}/content"): Route("portal", SENT),
    ("GET", "/v1/evidence"): Route("evidence"),
    ("GET", "/v1/evidence/{evidence_id}"): Route("evidence"),
    ("GET", "/v1/evidence/{evidence_id}/content"): Route("evidence"),
    ("GET", "/v1/portal/assessments/{assessment_id}"): Route("portal"),
    ("GET", "/v1/portal/findings"): Route("portal"),
    ("GET", "/v1/portal/findings/{finding_id}"): Route("portal", places=TOLD),
    ("GET", "/v1/portal/due-dates"): Route("portal"),
    ("GET", "/v1/portal/due-dates/{due_date_id}"): Route("portal"),
    ("GET", "/v1/portal/settlements"): Route("portal"),
    ("GET", "/v1/portal/settlements/{settlement_id}"): Route("portal", places=APPROVED),
    ("GET", "/v1/portal/settlements/{settlement_id}/explanation"): Route("portal", places=APPROVED),
    ("GET", "/v1/portal/payouts"): Route("portal"),
    ("GET", "/v1/portal/payouts/{payout_id}"): Route("portal", places=APPROVED),
    ("GET", "/v1/portal/payouts/{payout_id}/explanation"): Route("portal", places=APPROVED),
    ("GET", "/v1/portal/contracts/{contract_id}/monthly-reports"): Route("portal"),
    ("GET", "/v1/portal/contracts/{contract_id}/monthly-reports/{period}"): Route("portal"),
    ("PUT", "/v1/portal/contracts/{contract_id}/monthly-reports/{period}"): Route("portal", REPORT),
    ("GET", "/v1/portal/contracts/{contract_id}/key-posts"): Route("portal"),
    ("PUT", "/v1/portal/contracts/{contract_id}/key-posts"): Route("portal", HELD),
    ("POST", "/v1/portal/settlements/{settlement_id}/objection"): Route(
        "portal", {"line": 2, "grounds": "扣款依据不足"}, APPROVED
    ),
    ("POST", "/v1/portal/payouts/{payout_id}/objection"): Route("portal", {"grounds": "金额有误"}, APPROVED),
    ("GET", "/v1/portal/objections"): Route("portal"),
    ("GET", "/v1/portal/objections/{objection_id}"): Route("portal"),
    ("GET", f"{MONEY}/monthly-reports"): Route("duties"),
    ("GET", f"{MONEY}/monthly-reports/{{period}}"): Route("duties"),
    ("POST", f"{MONEY}/monthly-reports/{{period}}/returning"): Route("duties", {"reason": "缺少办件量"}),
    ("GET", f"{MONEY}/key-posts"): Route("duties"),
    ("PUT", f"{MONEY}/key-posts"): Route("duties", HELD),
    ("GET", "/v1/objections"): Route("settlements"),
    ("GET", "/v1/objections/{objection_id}"): Route("settlements"),
    ("POST", "/v1/objections/{objection_id}/answer"): Route("settlements", {"outcome": "rejected", "reason": "属实"}),
    ("GET", "/v1/service-centers"): Route("service centers"),
    ("POST", "/v1/service-centers"): Route("service centers", {"code": "XC", "name": "新中心"}),
    ("GET", f"{CENTER}/sites"): Route("parties"),
    ("POST", f"{CENTER}/sites"): Route("parties", {"code": "H2", "name": "二号大厅"}),
    ("GET", f"{CENTER}/counters"): Route("parties"),
    ("POST", f"{CENTER}/counters"): Route("parties", {"site_id": "$site", "code": "A-01", "name": "一号窗口"}),
    ("GET", "/v1/vendors"): Route("parties"),
    ("POST", "/v1/vendors"): Route("parties", {"service_center_id": "$service_center", "name": "新公司"}),
    ("GET", "/v1/issue-types"): Route("parties"),
    ("POST", "/v1/issue-types"): Route(
        "parties", {"service_center_id": "$service_center", "code": "rude", "name_zh": "态度"}
    ),
    ("GET", "/v1/contracts"): Route("contracts"),
    ("POST", "/v1/contracts"): Route(
        "contracts",
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
    ("GET", "/v1/contracts/{contract_id}"): Route("contracts"),
    ("GET", "/v1/contracts/{contract_id}/terms"): Route("contracts"),
    ("GET", "/v1/terms-templates"): Route("templates of terms"),
    ("GET", "/v1/terms-templates/{template_id}"): Route("templates of terms"),
    ("GET", "/v1/due-dates"): Route("due dates"),
    ("GET", "/v1/contracts/{contract_id}/due-dates"): Route("due dates"),
    ("GET", "/v1/alerts"): Route("assessments"),
    ("GET", "/v1/alerts/{alert_id}"): Route("assessments"),
    ("POST", "/v1/alerts/{alert_id}/taking-up"): Route("assessments"),
    ("POST", "/v1/alerts/{alert_id}/acceptance"): Route("assessments", {"reason": "属实，已处理"}),
    ("GET", "/v1/findings"): Route("assessments"),
    ("GET", "/v1/contracts/{contract_id}/findings"): Route("assessments"),
    ("POST", "/v1/contracts/{contract_id}/findings"): Route(
        "assessments", {"issue_type": "leaving_post", "occurred_on": "2023-01-11"}
    ),
    ("GET", "/v1/contracts/{contract_id}/findings/{finding_id}"): Route("assessments"),
    ("POST", "/v1/contracts/{contract_id}/findings/{finding_id}/withdrawal"): Route(
        "assessments", {"withdrawn_on": "2023-01-20", "reason": "申诉成立"}
    ),
    ("GET", "/v1/contracts/{contract_id}/repeat-offences"): Route("assessments"),
    ("GET", "/v1/signals"): Route("signals"),
    ("POST", "/v1/signals"): Route("sent signals", SIGNAL | {"external_ref": "XA-1/signal"}),
    ("GET", "/v1/signals/{signal_id}"): Route("signals"),
    ("POST", "/v1/signals/{signal_id}/regrouping"): Route(
        "signals", {"with_signal": "$other_signal", "reason": "同一件事"}, {"signal": "third_signal"}
    ),
    ("POST", "/v1/signals/{signal_id}/dismissal"): Route("signals", {"reason": "不属实"}, {"signal": "other_signal"}),
    ("POST", "/v1/signals/{signal_id}/acceptance"): Route(
        "signals", {"contract_id": "$contract", "issue_type": "leaving_post"}
    ),
    ("GET", "/v1/assessments"): Route("assessments"),
    ("GET", "/v1/contracts/{contract_id}/assessments"): Route("assessments"),
    ("GET", MONTH): Route("assessments"),
    ("PUT", MONTH): Route(
        "assessments", {"state": "assessed", "score": {"exact": "92.50"}, "assessed_on": "2023-02-01"}
    ),
    ("POST", f"{MONTH}/finalization"): Route("assessments", {"final_on": "2023-02-02"}),
    ("POST", f"{MONTH}/notice"): Route("assessments", {"notified_on": "2023-02-03"}),
    ("GET", f"{MONTH}/revisions"): Route("assessments"),
    ("POST", f"{MONTH}/revisions"): Route(
        "assessments", {"reason": "更正", "revised_on": "2023-02-06", "result": {"state": "assessed", "score": None}}
    ),
    ("POST", f"{MONTH}/appeal-decision"): Route(
        "assessments",
        {"appealed_on": "2023-02-07", "outcome": "rejected", "decided_on": "2023-02-08", "reason": "事实清楚"},
        by_another=True,
    ),
    ("GET", ACKNOWLEDGEMENT): Route("portal"),
    ("POST", ACKNOWLEDGEMENT): Route("portal"),
    ("POST", "/v1/portal/assessments/{assessment_id}/appeals"): Route("portal", {"lines": [OF_SCORE]}),
    ("GET", "/v1/portal/appeals"): Route("portal"),
    ("GET", "/v1/portal/appeals/{appeal_id}"): Route("portal"),
    ("GET", "/v1/portal/findings/{finding_id}/rectifications"): Route("portal", places=OWED),
    ("POST", "/v1/portal/findings/{finding_id}/rectification"): Route("portal", {"description": "已整改"}, OWED),
    ("GET", "/v1/appeals"): Route("assessments"),
    ("GET", "/v1/appeals/{appeal_id}"): Route("assessments"),
    ("POST", "/v1/appeals/{appeal_id}/decision"): Route(
        "assessments", {"lines": [{"number": 1, "outcome": "rejected", "reason": "事实清楚"}], "reason": "维持"}
    ),
    ("GET", f"{ANSWERED}/rectifications"): Route("assessments", places=SUBMITTED),
    ("POST", f"{ANSWERED}/verification"): Route("assessments", {"outcome": "verified"}, SUBMITTED),
    ("GET", f"{MONEY}/metrics"): Route("metrics"),
    ("GET", METRICS): Route("metrics"),
    ("PUT", METRICS): Route("metrics", {"values": [{"code": "satisfaction_rate", "value": "0.2450"}]}),
    ("GET", f"{MONEY}/decisions"): Route("metrics"),
    ("POST", f"{MONEY}/decisions"): Route(
        "metrics",
        {
            "period": "2023-01",
            "clause": "/money/2",
            "share": "0.50",
            "reason": "会议研究决定",
            "reference": {"document": "会议纪要"},
            "decided_on": "2023-02-10",
        },
    ),
    ("GET", "/v1/audit-events"): Route("audit"),
    ("GET", YEARS): Route("assessments"),
    ("GET", f"{YEARS}/{{year}}"): Route("assessments"),
    ("POST", "/v1/contracts/{contract_id}/amendments"): Route(
        "contracts",
        {"effective_from": "2023-07-01", "reference": {"document": "补充协议"}, "terms": without("reference")},
    ),
    # Closed with its only final month, so that the year can be held.
    ("POST", "/v1/contracts/{contract_id}/closing"): Route("contracts", {"closed_on": "2023-01-31"}),
    ("POST", YEARS): Route("assessments", {"year": 2023, "held_on": "2023-02-20", "score": {"exact": "92.50"}}),
    ("POST", f"{YEARS}/{{year}}/notice"): Route("assessments", {"notified_on": "2023-02-21"}),
    ("GET", f"{MONEY}/opening-balance"): Route("settlements"),
    # Books are opened before anything is settled, so they are another contract's; and so is what is settled.
    ("POST", f"{MONEY}/opening-balance"): Route(
        "settlements",
        {"as_of": "2023-01-31", "held": "100.00", "source": "交接表"},
        {"contract": "new_contract"},
    ),
    ("GET", "/v1/settlements"): Route("settlements"),
    ("GET", f"{MONEY}/payment-periods"): Route("settlements", places=SETTLED),
    ("GET", f"{MONEY}/fees"): Route("settlements", places=SETTLED),
    ("GET", f"{MONEY}/settlements"): Route("settlements", places=SETTLED),
    ("POST", f"{MONEY}/settlements"): Route("settlements", {"payment_period": "2022-12"}, SETTLED),
    ("GET", SETTLEMENT): Route("settlements", places=SETTLED),
    ("GET", f"{SETTLEMENT}/explanation"): Route("settlements", places=SETTLED),
    ("POST", f"{SETTLEMENT}/approval"): Route("approvals", places=SETTLED),
    ("GET", f"{SETTLEMENT}/dossier"): Route("settlements", places=SETTLED),
    ("GET", f"{MONEY}/statements/{{year}}"): Route("settlements"),
    ("GET", f"{MONEY}/statements/{{year}}/workbook"): Route("settlements"),
    ("GET", f"{MONEY}/payments"): Route("settlements", places=SETTLED),
    ("POST", f"{MONEY}/payments"): Route(
        "approvals",
        {"settlement_id": "$settled", "amount": "1.00", "paid_on": "2023-02-15", "voucher_no": "记-2"},
        SETTLED,
    ),
    ("POST", f"{MONEY}/payments/matching"): Route(
        "settlements", {"csv": "凭证号,金额,支付日期\n记-1,1.00,2023-02-14\n"}, SETTLED, reads=True
    ),
    ("GET", f"{MONEY}/payments/{{payment_id}}"): Route("settlements", places=SETTLED),
    ("POST", f"{MONEY}/payments/{{payment_id}}/voiding"): Route(
        "approvals", {"voided_on": "2023-02-16", "reason": "误记"}, SETTLED
    ),
    ("GET", f"{MONEY}/ledger"): Route("settlements", places=SETTLED),
    ("GET", f"{MONEY}/balance"): Route("settlements", places=SETTLED),
    ("GET", PAYOUTS): Route("settlements"),
    ("GET", f"{PAYOUTS}/{{payout_id}}"): Route("settlements"),
    ("GET", f"{PAYOUTS}/{{payout_id}}/explanation"): Route("settlements"),
    ("POST", f"{PAYOUTS}/{{payout_id}}/reading"): Route("settlements", AGREED),
    # Of what the supervisor has drafted: nobody approves what they have read themselves.
    ("POST", f"{PAYOUTS}/{{payout_id}}/approval"): Route("approvals", places={"payout": "release"}),
    ("POST", f"{MONEY}/releases"): Route("settlements", ACCEPTED | {"release": "rest"}),
    ("GET", f"{MONEY}/holdbacks"): Route("settlements"),
    ("POST", f"{MONEY}/trials"): Route("trials", OWN_TERMS, SETTLED),
    ("POST", f"{CENTER}/trials"): Route("trials", OWN_TERMS),
    ("GET", "/v1/trials/{trial_id}"): Route("trials"),
    ("GET", "/v1/trials/{trial_id}/contracts"): Route("trials"),
    ("GET", "/v1/portal/events"): Route("portal"),
    ("GET", "/v1/portal/events/{event_id}"): Route("portal"),
    ("GET", "/v1/portal/event-types"): Route("portal"),
    ("GET", ENDPOINTS): Route("portal"),
    ("POST", ENDPOINTS): Route("portal", SOON),
    ("GET", ENDPOINT): Route("portal"),
    ("PUT", ENDPOINT): Route("portal", SOON),
    ("POST", f"{ENDPOINT}/secret-rotation"): Route("portal", {}),
    ("POST", f"{ENDPOINT}/test-event"): Route("portal"),
    ("POST", f"{DELIVERIES}/{{delivery_id}}/resending"): Route("portal"),
    ("POST", f"{ENDPOINT}/recovery"): Route("portal", {"since": "$yesterday"}),
    ("GET", f"{ENDPOINT}/statistics"): Route("portal"),
    ("GET", DELIVERIES): Route("portal"),
    ("GET", f"{DELIVERIES}/{{delivery_id}}"): Route("portal"),
    ("GET", f"{DELIVERIES}/{{delivery_id}}/attempts"): Route("portal"),
    ("POST", f"{ENDPOINT}/disabling"): Route("portal"),
    ("POST", f"{ENDPOINT}/enabling"): Route("portal"),
    ("POST", f"{ENDPOINT}/deletion"): Route("portal"),
    ("GET", "/v1/vendors/{vendor_id}/webhook-networks"): Route("webhooks"),
    ("POST", "/v1/vendors/{vendor_id}/webhook-networks"): Route(
        "webhooks", {"cidr": "10.20.31.0/24", "reason": "政务外网"}
    ),
    ("POST", "/v1/webhook-networks/{network_id}/removal"): Route("webhooks"),
    ("GET", "/v1/job-runs"): Route("job runs"),
    ("POST", "/v1/job-runs"): Route("job runs", {"job": "flag_late_notices", "as_of": "2023-02-16"}),
}
"""Every route with its row, in an order in which each can be used once: month and year go from finding to notice."""

OPEN = {("GET", "/livez"), ("GET", "/readyz")}
"""What the document lists and anybody may ask."""


def allowed(role: Role, method: str, path: str) -> bool:
    """Look a role up in the table."""
    route = ROUTES[method, path]
    wanted = "read" if method == "GET" or route.reads else "write"
    return wanted in ROWS[route.row].get(role, frozenset())


def refused(role: Role, method: str, path: str) -> int:
    """Give what a role gets for what is not its own: 404, and where it may do nothing whatever, 403 as for its own."""
    route = ROUTES[method, path]
    reads = role is not Role.INTEGRATION and bool(ROWS[route.row].get(role))
    return 404 if reads or allowed(role, method, path) else 403


BESIDE_IDS = {"period": "2023-01", "year": "2023", "template_id": "monthly-score-bands"}
"""What paths name beside ids."""


@dataclass(frozen=True)
class Holding:
    """What one vendor has at one service center, by the names that paths and bodies use."""

    ids: dict[str, str]

    def path(self, path: str, **others: str) -> str:
        """Fill a path with these ids, some of them replaced by others'."""
        known = {f"{name}_id": id_ for name, id_ in self.ids.items()} | BESIDE_IDS | others
        return re.sub(r"{(\w+)}", lambda found: known[found[1]], path)


CONTRACTS = ("contract", "new_contract", "settled_contract", "answered_contract")
NOWHERE_IDS = (
    *("service_center", "vendor", "contract", "new_contract", "settled_contract", "finding", "alert"),
    *("settlement", "settled", "payment", "payout", "release", "trial", "evidence", "objection"),
    *("assessment", "told_finding", "due_date", "paid_out", "token"),
    *("signal", "other_signal", "third_signal"),
    *("endpoint", "delivery", "event", "network", "yesterday"),
    *("appeal", "answered_contract", "notified_finding", "submitted_finding"),
)
NOWHERE = Holding(dict.fromkeys(NOWHERE_IDS, str(uuid.UUID(int=7))))
"""Ids that nothing has."""


@dataclass(frozen=True)
class Town:
    """Two service centers on one database, and at the first one a second vendor."""

    office: Office
    elsewhere: Office
    own: Holding
    other_vendors: Holding
    other_centers: Holding

    def ask(self, role: Role, method: str, path: str, of: Holding, **others: str) -> Response:
        """Ask a route about what somebody has, with the body that the route takes."""
        route = ROUTES[method, path]
        places = {f"{name}_id": of.ids[other] for name, other in route.places.items()} | others
        body = filled(route.body, self.own.ids)
        person = self.office.people[role]
        if route.by_another and role is Role.SUPERVISOR:
            person = self.office.supervisor2
        return person.call(method, of.path(path, **places), json=body)


def build(database: Database, client: Client) -> Town:
    """Give two centers, with contracts, findings, money and an alert for each of three vendors."""
    office, elsewhere = Office(database, client, "XA"), Office(database, client, "XB")
    with database.write() as session:
        rival = parties.create_vendor(session, office.clerk, office.center, "对手公司")
        sites = {at: parties.create_site(session, at.clerk, at.center, "H1", "大厅") for at in (office, elsewhere)}
    holdings = []
    for at, vendor, number in (
        (office, office.vendor, "XA-1"),
        (office, rival, "XA-2"),
        (elsewhere, elsewhere.vendor, "XB-1"),
    ):
        own = {"vendor_id": str(vendor)}
        terms = TERMS | {"key_posts": [MANAGER], "annual_assessment": ANNUAL, "money": [RETURNED, JANUARY, DECIDED]}
        contract = at.contract(number, terms=terms, **own)
        ids = {"contract": last_part(contract), "finding": last_part(at.finding(contract, "2023-01-10"))}
        ids["new_contract"] = last_part(at.contract(f"{number}-NEW", recorded_from="2023-02", **own))
        ids |= {"service_center": str(at.center), "vendor": str(vendor), "site": str(sites[at])}
        with time_machine.travel("2023-02-13T04:00:00Z"):
            settled = at.contract(f"{number}-PAID", **PAID_BY_MONTH, **own)
            told = last_part(at.finding(settled, "2022-10-11"))
            ids |= {"told_finding": told} | _payouts(at, contract) | _settlements(at, settled)
            ids |= _seen_by_the_vendor(at, settled, vendor, number) | _done_by_the_vendor(at, ids, number)
        ids["evidence"] = _evidence(at, vendor, uuid.UUID(ids["finding"]))
        for name in ("signal", "other_signal", "third_signal"):
            ids[name] = _made(
                at.people[Role.INTEGRATION].post("/v1/signals", SIGNAL | {"external_ref": f"{number}/{name}"})
            )
        ids["yesterday"] = (now() - timedelta(days=1)).isoformat()
        ids |= _webhooks(at, vendor)
        ids |= _answers(at, at.contract(f"{number}-ANSWERED", **PAID_BY_MONTH, **own), vendor)
        ids["trial"] = _made(at.supervisor.post(f"/v1/service-centers/{at.center}/trials", OWN_TERMS))
        holdings.append(Holding(ids))
    run_nights(database, "2023-02-16")
    for at, holding in zip((office, office, elsewhere), holdings, strict=True):
        (alert,) = at.supervisor.items("/v1/alerts", contract_id=holding.ids["contract"])
        holding.ids["alert"] = alert["id"]
    return Town(office, elsewhere, *holdings)


def _answers(at: Office, contract: str, vendor: uuid.UUID) -> dict[str, str]:
    """Have a month notified by the clerk, two of its findings appealed against or rectified, and give what is open."""
    clerk, id_, period = replace(at.clerk, centers=(at.center,)), uuid.UUID(last_part(contract)), Period(2022, 11)
    owed, submitted = (uuid.UUID(last_part(at.finding(contract, day))) for day in ("2022-11-08", "2022-11-09"))
    with at.database.write() as session:
        assessments.record(session, clerk, id_, period, Result(MonthState.ASSESSED, assessed_on=date(2022, 12, 5)))
        assessments.finalize(session, clerk, id_, period, date(2022, 12, 5))
        assessments.notify(session, clerk, id_, period, date(2022, 12, 6))
        month = months.hold(session, clerk, id_, period).id
        line = NewLine(about=AppealAbout.FINDING, finding_id=owed, grounds="当日停电", asked="撤销")
        appeal = file_appeal(session, clerk, vendor, month, [line])
        submit(session, clerk, vendor, submitted, "已整改")
    ids = {"assessment": month, "appeal": appeal, "notified_finding": owed, "submitted_finding": submitted}
    return {"answered_contract": str(id_), **{name: str(found) for name, found in ids.items()}}


def _made(answer: Response) -> str:
    assert answer.status_code < 300, answer.text
    return str(answer.json()["id"])


def _evidence(at: Office, vendor: uuid.UUID, subject: uuid.UUID) -> str:
    """Have a vendor hand in a file, and something refer to it, so that its center may see it."""
    content = json.dumps(SENT, separators=(",", ":")).encode()
    sha256, shelf = hashlib.sha256(content).hexdigest(), shelf_of(at.client)
    with at.database.write() as session:
        said = NewFile(name="a.txt", size=len(content), sha256=sha256)
        id_ = handing_in.declare(session, OPERATOR, vendor, said, shelf).id
    received = Received(shelf.incoming(), len(content), sha256)
    received.path.write_bytes(content)
    handing_in.fill(at.database, OPERATOR, vendor, id_, received, shelf)
    with at.database.write() as session, recording(session, OPERATOR, at.center, "used", subject, uses_of(subject)):
        attach(session, vendor, [id_], "rectification", subject)
    return str(id_)


def shelf_of(client: Client) -> Shelf:
    """Give the folder of files that a client's application uses."""
    shelf: Shelf = client.app.state.evidence
    return shelf


def _webhooks(at: Office, vendor: uuid.UUID) -> dict[str, str]:
    """Have the vendor's system receive a test, which was given up, in a network that it was allowed."""
    network = {"cidr": "10.20.30.0/24", "reason": "政务外网"}
    allowed = _made(at.admin.post(f"/v1/vendors/{vendor}/webhook-networks", network))
    with at.database.write() as session:
        who = Caller(at.clerk.principal_id, at.clerk.name, Role.VENDOR, (), vendor)
        found = LookedUp(Destination("https", "vendor.example", 443, "/"), ("8.8.4.4",))
        wanted = Settled(url=found.destination.url)
        by = deployment(Settings(secret_key=SecretStr("town")))
        endpoint = endpoints.register(session, who, vendor, wanted, found, by).id
        sent = deliveries.send_test(session, who, vendor, endpoint)
        drop(session, col(WebhookDelivery.endpoint_id) == endpoint)
    return {
        "network": allowed,
        "endpoint": str(endpoint),
        "event": str(sent.event_id),
        "delivery": str(sent.delivery_id),
    }


def _payouts(at: Office, contract: str) -> dict[str, str]:
    """Open books that hold something, record a reading and draft a release."""
    balance = {"as_of": "2023-01-31", "held": "469380.86", "source": "交接表"}
    opening = _made(at.supervisor.post(f"{contract}/opening-balance", balance))
    _made(at.finance2.post(f"{contract}/settlements/{opening}/approval"))
    found = payout(at, contract)["id"]
    reading = _made(at.supervisor.post(f"{contract}/payouts/{found}/reading", AGREED))
    return {
        "payout": reading,
        "release": _made(at.supervisor.post(f"{contract}/releases", ACCEPTED | {"release": "part"})),
    }


def _settlements(at: Office, contract: str) -> dict[str, str]:
    """Settle October and pay a part of it, draft November's settlement, leave December to be drafted."""
    for period, next_month in (("2022-10", "2022-11"), ("2022-11", "2022-12"), ("2022-12", "2023-01")):
        at.assess(contract, period, "95.00", f"{next_month}-03")
        at.finalize(contract, period, f"{next_month}-04")
        at.notify(contract, period, f"{next_month}-05", "考核〔2022〕1号")
    drafts = f"{contract}/settlements"
    settled = _made(at.supervisor.post(drafts, {"payment_period": "2022-10"}))
    _made(at.finance2.post(f"{drafts}/{settled}/approval"))
    paid = {"settlement_id": settled, "amount": "1.00", "paid_on": "2023-02-13", "voucher_no": "记-1"}
    payment = _made(at.finance2.post(f"{contract}/payments", paid))
    draft = _made(at.supervisor.post(drafts, {"payment_period": "2022-11"}))
    return {"settled_contract": last_part(contract), "settlement": draft, "settled": settled, "payment": payment}


def _seen_by_the_vendor(at: Office, contract: str, vendor: uuid.UUID, number: str) -> dict[str, str]:
    """Pay something out, and name what the vendor may read of its settled contract and a token of its own."""
    paid = paid_out(at.database, contract, 100, 0, "2023-02-13")
    with at.database.write() as session:
        access.create_principal(session, OPERATOR, f"company-{number}", Role.VENDOR, [at.center], vendor)
        secret = access.issue_token(session, OPERATOR, f"company-{number}")
        token = session.exec(select(Token.id).where(Token.token_hash == tokens.hashed(secret))).one()
    company = Person(at.client, secret)
    month, *_ = company.items("/v1/portal/assessments", period="2022-10")
    due, *_ = company.items("/v1/portal/due-dates", kind="payment")
    return {"paid_out": paid, "token": str(token), "assessment": month["id"], "due_date": due["id"]}


def _done_by_the_vendor(at: Office, ids: dict[str, str], number: str) -> dict[str, str]:
    """Hand January's report in, and object to a line of what is approved."""
    with at.database.write() as session:
        company = Person(at.client, access.issue_token(session, OPERATOR, f"company-{number}"))
    report = company.put(f"/v1/portal/contracts/{ids['contract']}/monthly-reports/2023-01", REPORT)
    assert report.status_code == 200, report.text
    objection = {"line": 1, "grounds": "费用有误"}
    return {"objection": _made(company.post(f"/v1/portal/settlements/{ids['settled']}/objection", objection))}


@dataclass(frozen=True)
class Built:
    """A town on a database that nobody changes any more, to be copied."""

    town: Town
    url: str
    shelf: Shelf


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Built]:
    """Give the town on a dialect; the first who asks waits for it to be built."""
    built: dict[str, Built] = {}

    def town(dialect: str) -> Built:
        if dialect not in built:
            folder = tmp_path_factory.mktemp("town")
            if dialect == "sqlite":
                url = f"sqlite:///{folder / 'town.db'}"
                shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "town.db")
            else:
                server: PostgresServer = request.getfixturevalue("postgres")
                name = f"town_{uuid.uuid4().hex}"
                server.create(name, request.getfixturevalue("postgres_template"))
                url = server.url(name)
            with opened(url) as database, client_of(Settings(var_dir=folder), database) as client:
                built[dialect] = Built(build(database, client), url, shelf_of(client))
        return built[dialect]

    return town


@pytest.fixture(params=["sqlite"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Walk every role over every route on one database: whose a thing is, is asked alike on the other."""
    return str(request.param)


@pytest.fixture
def database_url(
    dialect: str, towns: Callable[[str], Built], request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """Give the URL of a copy of the town's database, in the place of an empty one."""
    source = make_url(towns(dialect).url).database
    assert source is not None
    if dialect == "sqlite":
        shutil.copyfile(source, tmp_path / "kaohe.db")
        yield f"sqlite:///{tmp_path / 'kaohe.db'}"
        return
    with request.getfixturevalue("swept").lent(source) as url:
        yield url


@pytest.fixture
def town(towns: Callable[[str], Built], dialect: str, database: Database, client: Client) -> Town:
    """Give the town on the test's own copy."""
    built = towns(dialect)
    found = built.town
    # Files lie under their hash, so that tests may share the folder in which the town's were put.
    client.app.state.evidence = built.shelf
    office, elsewhere = (at.over(database, client) for at in (found.office, found.elsewhere))
    return Town(office, elsewhere, found.own, found.other_vendors, found.other_centers)


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    """Give the document that the service serves."""
    served: dict[str, Any] = client.get("/openapi.json").json()
    return served


def operations(document: dict[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """List the document's operations by method and path."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield (method.upper(), path), operation


def named_in(path: str) -> list[str]:
    """List the ids that a path names."""
    return [name for name in re.findall(r"{(\w+)}", path) if name not in BESIDE_IDS]


# ---------------------------------------------------------------- the document and the table


def test_every_served_route_has_its_row_in_the_table(document: dict[str, Any]) -> None:
    """A new route fails here until somebody has said who may use it."""
    assert {route for route, _ in operations(document)} == {*ROUTES, *OPEN}


def test_the_document_names_the_roles_of_every_route(document: dict[str, Any]) -> None:
    """`x-roles` says what the table says, and a token is asked for exactly where a role is."""
    said = {route: set(operation.get("x-roles", ())) for route, operation in operations(document)}
    expected = {(method, path): {role for role in Role if allowed(role, method, path)} for method, path in ROUTES}
    assert said == expected | {route: set() for route in OPEN}
    assert {route for route, operation in operations(document) if operation.get("security")} == set(ROUTES)


def test_a_route_without_a_caller_keeps_the_program_from_starting() -> None:
    """Who may use a route must be declared, or the route cannot even be made."""
    router = APIRouter(prefix="/v1", route_class=KaoheRoute)
    with pytest.raises(RuntimeError, match="/v1/anything must declare exactly one permission"):
        router.add_api_route("/anything", lambda: None)


# ---------------------------------------------------------------- one's own


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_with_its_own_what_the_table_says(town: Town, document: dict[str, Any], role: Role) -> None:
    """Every route about one's own answers with its documented success, or 403."""
    served = dict(operations(document))
    found, expected = {}, {}
    for method, path in ROUTES:
        answer = town.ask(role, method, path, town.own)
        success = min(int(status) for status in served[method, path]["responses"])
        found[method, path] = answer.status_code
        expected[method, path] = success if allowed(role, method, path) else 403
    assert found == expected


@pytest.mark.parametrize("role", Role)
def test_what_a_role_may_not_do_changes_nothing(database: Database, town: Town, role: Role) -> None:
    """A refusal is a problem document that names the role, and not a row of any table moves."""
    before = every_row(database)
    refused = [route for route in ROUTES if not allowed(role, *route)]
    for method, path in refused:
        problem = expect_problem(town.ask(role, method, path, town.own), 403, "forbidden")
        assert f"'{role}'" in problem["detail"]
    assert refused
    assert every_row(database) == before


@pytest.mark.parametrize("role", Role)
def test_what_a_role_reads_names_nothing_of_another_center(town: Town, role: Role) -> None:
    """No id of the other center, and for a vendor none of the other vendor's, stands in any answer."""
    others = set(town.other_centers.ids.values())
    if role is Role.VENDOR:
        others |= set(town.other_vendors.ids.values()) - set(town.own.ids.values())
    leaks = []
    for method, path in ROUTES:
        text = town.ask(role, method, path, town.own).text
        leaks += [(method, path, id_) for id_ in others if id_ in text]
    assert leaks == []


LISTS = ("/v1/contracts", "/v1/assessments", "/v1/findings", "/v1/due-dates", "/v1/alerts", "/v1/settlements")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("name", ["contract_id", "service_center_id"])
def test_filtering_by_another_centers_ids_finds_nothing(town: Town, path: str, name: str) -> None:
    """A filter narrows what is one's own; it opens nothing."""
    if (path, name) == ("/v1/contracts", "contract_id"):
        name = "vendor_id"
    short = name.removesuffix("_id")
    assert town.office.auditor.items(path, **{name: town.other_centers.ids[short]}) == []
    assert town.office.auditor.items(path, **{name: town.own.ids[short]}) != []


# ---------------------------------------------------------------- another's


@pytest.mark.parametrize("role", Role)
def test_what_is_another_centers_is_not_there(database: Database, town: Town, role: Role) -> None:
    """Every route with an id answers 404 for the other center's, 403 where closed to the role; nothing changes."""
    before = every_row(database)
    expected = {route: refused(role, *route) for route in ROUTES if named_in(route[1])}
    found = {
        (method, path): town.ask(role, method, path, town.other_centers).status_code
        for method, path in ROUTES
        if named_in(path)
    }
    assert found == expected
    assert found
    assert every_row(database) == before


@pytest.mark.parametrize("role", Role)
def test_an_id_of_another_beside_ones_own_is_not_there(town: Town, role: Role) -> None:
    """One own id does not open a path that names another's as well, in either place."""
    found = {}
    for method, path in ROUTES:
        names = named_in(path)
        for name in names if len(names) > 1 else ():
            theirs = town.other_centers.ids[name.removesuffix("_id")]
            found[method, path, name] = town.ask(role, method, path, town.own, **{name: theirs}).status_code
    assert found == {key: refused(role, *key[:2]) for key in found}
    assert len(found) == 28


@pytest.mark.parametrize("role", Role)
def test_what_is_not_ones_own_looks_as_if_it_did_not_exist(town: Town, role: Role) -> None:
    """The answers about the other center's things and about ids that nothing has differ in the request's id alone."""
    for method, path in ROUTES:
        if named_in(path):
            theirs, nothing = (town.ask(role, method, path, of) for of in (town.other_centers, NOWHERE))
            assert _as_of_nothing(theirs, town.other_centers) == _as_of_nothing(nothing, NOWHERE), (method, path)


@pytest.mark.parametrize("role", Role)
def test_who_may_do_nothing_with_such_things_does_not_learn_which_there_are(town: Town, role: Role) -> None:
    """A signal, a trial or a contract of one's own center is refused as an id that nothing has, down to the words."""
    closed = [route for route in ROUTES if named_in(route[1]) and refused(role, *route) == 403]
    for method, path in closed:
        own, nothing = (town.ask(role, method, path, of) for of in (town.own, NOWHERE))
        assert own.status_code == 403, (method, path)
        assert _as_of_nothing(own, town.own) == _as_of_nothing(nothing, NOWHERE), (method, path)
    assert closed


def _as_of_nothing(answer: Response, of: Holding) -> dict[str, Any]:
    """Give a problem without the request's id, and with the ids that were asked for replaced by those of nothing."""
    text = answer.text
    for id_ in of.ids.values():
        text = text.replace(id_, str(uuid.UUID(int=7)))
    document: dict[str, Any] = json.loads(text)
    return {name: member for name, member in document.items() if name != "request_id"}


@pytest.mark.parametrize("dialect", DIALECTS, indirect=True)
def test_what_is_another_vendors_is_not_there_for_a_vendor(town: Town) -> None:
    """At one center, a vendor gets 404 in its portal for another vendor's things; at the center's doors always 403."""
    for method, path in (route for route in ROUTES if named_in(route[1])):
        theirs = town.ask(Role.VENDOR, method, path, town.other_vendors).status_code
        assert theirs == refused(Role.VENDOR, method, path), (method, path)
        own = town.ask(Role.VENDOR, method, path, town.own).status_code
        assert own < 300 if allowed(Role.VENDOR, method, path) else own == 403, (method, path)


@pytest.mark.parametrize("dialect", DIALECTS[:1], indirect=True)
def test_what_a_vendor_was_not_told_of_looks_as_if_it_did_not_exist(town: Town) -> None:
    """Every portal route about a draft, with a good body and a broken one, answers as about an id of nothing."""
    contract = f"/v1/contracts/{town.own.ids['contract']}"
    town.office.assess(contract, "2023-01", "85.00", "2023-02-01")
    month = town.office.supervisor.get(f"{contract}/assessments/2023-01").json()["id"]
    untold = {
        "assessment_id": month,
        "finding_id": town.own.ids["finding"],
        "settlement_id": town.own.ids["settlement"],
        "payout_id": town.own.ids["release"],
    }
    asked = 0
    for (method, path), route in ROUTES.items():
        for name, draft in untold.items() if "/portal/" in path else ():
            if name not in named_in(path):
                continue
            for body in (filled(route.body, town.own.ids), {"colour": "red"}):
                answers = [
                    town.office.vendor_portal.call(method, NOWHERE.path(path, **{name: id_}), json=body)
                    for id_ in (draft, NOWHERE.ids["contract"])
                ]
                assert [answer.status_code for answer in answers] == [404, 404], (method, path)
                own, nothing = (_as_of_nothing(answer, town.own) for answer in answers)
                assert {**own, "instance": None} == {**nothing, "instance": None}, (method, path)
                asked += 1
    assert asked == 2 * 13


@pytest.mark.parametrize("path", ["/v1/vendors", "/v1/issue-types", "/v1/contracts"])
@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUPERVISOR])
def test_nothing_is_made_at_another_center(database: Database, town: Town, path: str, role: Role) -> None:
    """A body that names another's service center is refused as if the center were not there."""
    before = every_row(database)
    body = filled(ROUTES["POST", path].body, town.other_centers.ids)
    expect_problem(town.office.people[role].post(path, body), 404, "not-found", "/service_center_id")
    assert every_row(database) == before


# ---------------------------------------------------------------- the portal


@pytest.fixture
def notified(town: Town) -> Town:
    """Give each of two vendors at one center a notified month, a final one and a draft."""
    for holding in (town.own, town.other_vendors):
        contract = f"/v1/contracts/{holding.ids['contract']}"
        for period, day in (("2023-01", "2023-02-01"), ("2023-02", "2023-03-01"), ("2023-03", "2023-04-03")):
            town.office.assess(contract, period, "85.00", day)
        for period, day in (("2023-01", "2023-02-02"), ("2023-02", "2023-03-02")):
            town.office.finalize(contract, period, day)
        town.office.notify(contract, "2023-01", "2023-02-03", "考核〔2023〕1号")
    return town


def test_a_vendor_sees_its_notified_months_only(notified: Town) -> None:
    """Months that are expected, drafted or final do not exist in the portal; nor does the other vendor's."""
    portal = notified.office.vendor_portal
    (month,) = portal.items("/v1/portal/assessments", contract_id=notified.own.ids["contract"])
    assert (month["contract_id"], month["period"]) == (notified.own.ids["contract"], "2023-01")
    assert (month["score"]["exact"], month["verdict"], month["document_no"]) == ("85.00", "below", "考核〔2023〕1号")
    contracts = {notified.own.ids[name] for name in CONTRACTS}
    assert {contract["id"] for contract in portal.items("/v1/portal/contracts")} == contracts
    assert {month["contract_id"] for month in portal.items("/v1/portal/assessments")} <= contracts
    assert portal.get("/v1/portal/me").json()["vendor_id"] == notified.own.ids["vendor"]
    assert portal.items("/v1/portal/assessments", period="2023-02") == []
    assert portal.items("/v1/portal/assessments", contract_id=notified.other_vendors.ids["contract"]) == []


def test_a_second_vendor_sees_nothing_of_the_first(database: Database, notified: Town) -> None:
    """The rival at the same center sees its own contract and month, and no id of the first vendor's."""
    rival = _person(database, notified, "rival", Role.VENDOR, [notified.office], notified.other_vendors.ids["vendor"])
    texts = [rival.get(f"/v1/portal/{path}").text for path in ("me", "contracts", "assessments")]
    theirs = {notified.own.ids[name] for name in ("vendor", "contract", "finding", "alert")}
    assert [id_ for id_ in theirs for text in texts if id_ in text] == []
    assert all(
        notified.other_vendors.ids[name] in text for name, text in zip(("vendor", "contract"), texts, strict=False)
    )
    months = rival.items("/v1/portal/assessments")
    assert {month["contract_id"] for month in months} <= {notified.other_vendors.ids[name] for name in CONTRACTS}
    assert [month["period"] for month in months if month["contract_id"] == notified.other_vendors.ids["contract"]] == [
        "2023-01"
    ]


# ---------------------------------------------------------------- several centers


def _person(
    database: Database, town: Town, name: str, role: Role, offices: list[Office], vendor: str | None = None
) -> Person:
    """Make one more person with a token."""
    with database.write() as session:
        company = None if vendor is None else uuid.UUID(vendor)
        access.create_principal(session, OPERATOR, name, role, [office.center for office in offices], company)
        return Person(town.office.client, access.issue_token(session, OPERATOR, name))


def test_an_auditor_of_two_centers_reads_both(database: Database, town: Town) -> None:
    """A supervising authority sees what each of its centers has, and writes nothing at either."""
    authority = _person(database, town, "authority", Role.AUDITOR, [town.office, town.elsewhere])
    holdings = (town.own, town.other_vendors, town.other_centers)
    flagged = {holding.ids[name] for holding in holdings for name in ("contract", "answered_contract")}
    contracts = {holding.ids[name] for holding in holdings for name in CONTRACTS}
    assert {contract["id"] for contract in authority.items("/v1/contracts")} == contracts
    assert {alert["contract_id"] for alert in authority.items("/v1/alerts")} == flagged
    with_findings = ("contract", "settled_contract", "answered_contract")
    seen = {holding.ids[name] for holding in holdings for name in with_findings}
    assert {finding["contract_id"] for finding in authority.items("/v1/findings")} == seen
    assert [center["code"] for center in authority.get("/v1/me").json()["service_centers"]] == ["XA", "XB"]
    for holding in (town.own, town.other_centers):
        contract = f"/v1/contracts/{holding.ids['contract']}"
        assert authority.get(contract).status_code == 200
        finding = {"issue_type": "leaving_post", "occurred_on": "2023-01-11"}
        expect_problem(authority.post(f"{contract}/findings", finding), 403, "forbidden")


def test_an_auditor_of_no_center_reads_nothing(database: Database, town: Town) -> None:
    """Without a grant every list is empty and nothing named is there."""
    nobody = _person(database, town, "nobody", Role.AUDITOR, [])
    lists = [path for method, path in ROUTES if method == "GET" and allowed(Role.AUDITOR, method, path)]
    of_everybody = ("/v1/me", "/v1/job-runs", "/v1/terms-templates", "/v1/terms-templates/{template_id}")
    found = {path: nobody.items(path) for path in lists if not named_in(path) and path not in of_everybody}
    assert found == {path: [] for path in found}
    assert found
    assert nobody.get(f"/v1/contracts/{town.own.ids['contract']}").status_code == 404


# ---------------------------------------------------------------- what concerns the service itself


def test_an_alert_of_the_service_is_everybodys_to_read_and_refused_as_ones_own(database: Database, town: Town) -> None:
    """A missed night belongs to no center: an auditor who reads its alert may not take it up, which is 403, not 404."""
    with time_machine.travel("2023-03-01T04:00:00Z", tick=False):
        run(database, "flag_late_notices", now().date(), AskedBy.CLOCK)
        run_nights(database, "2023-03-04")
    missed = town.office.auditor.items("/v1/alerts", kind="job_missed")
    assert missed
    path = f"/v1/alerts/{missed[0]['id']}"
    assert {town.office.people[role].get(path).status_code for role in (Role.AUDITOR, Role.SUPERVISOR)} == {200}
    expect_problem(town.office.auditor.post(f"{path}/taking-up"), 403, "forbidden")


def test_an_open_alert_of_the_service_is_not_said_to_be_closed(database: Database, town: Town) -> None:
    """A supervisor may or may not take a missed night up, but is not told that the open alert is no longer open."""
    with time_machine.travel("2023-03-01T04:00:00Z", tick=False):
        run(database, "flag_late_notices", now().date(), AskedBy.CLOCK)
        run_nights(database, "2023-03-04")
    missed = town.office.supervisor.items("/v1/alerts", kind="job_missed", status="open")
    answer = town.office.supervisor.post(f"/v1/alerts/{missed[0]['id']}/taking-up")
    assert answer.status_code in {200, 403}, answer.text


# ---------------------------------------------------------------- tokens


TOKENS: dict[str, dict[bytes, bytes]] = {
    "no token": {},
    "no bearer": {b"Authorization": b"Basic YWRtaW46YWRtaW4="},
    "a bearer of nothing": {b"Authorization": b"Bearer "},
    "not one of ours": {b"Authorization": b"Bearer open-sesame"},
    "well formed but unknown": {b"Authorization": b"Bearer " + tokens.mint().encode()},
    "not in ASCII": {b"Authorization": "Bearer kaohe_考核".encode()},
}


@pytest.mark.parametrize("headers", TOKENS.values(), ids=TOKENS.keys())
def test_no_route_answers_without_a_valid_token(
    database: Database, town: Town, client: Client, headers: dict[bytes, bytes]
) -> None:
    """Every route asks who is calling before it looks at anything else, and changes nothing."""
    before = every_row(database)
    for (method, path), route in ROUTES.items():
        for of in (town.own, NOWHERE):
            answer = client.request(method, of.path(path), headers=headers, json=filled(route.body, town.own.ids))
            expect_problem(answer, 401, "unauthenticated")
            assert answer.headers["www-authenticate"] == "Bearer"
    assert every_row(database) == before


def test_a_token_ends_with_its_day(database: Database, town: Town) -> None:
    """A token of thirty days is good for thirty days."""
    with database.write() as session, time_machine.travel("2023-06-01T00:00:00Z", tick=False):
        person = Person(town.office.client, access.issue_token(session, OPERATOR, "supervisor-XA", days=30))
    with time_machine.travel("2023-06-30T23:59:59Z", tick=False):
        assert person.get("/v1/me").status_code == 200
    with time_machine.travel("2023-07-01T00:00:00Z", tick=False):
        problem = expect_problem(person.get("/v1/me"), 401, "unauthenticated")
    assert "expired" in problem["detail"]


def test_a_revoked_token_opens_nothing(database: Database, town: Town) -> None:
    """What is revoked is refused at once, everybody else's token stays good."""
    person = town.office.supervisor
    assert person.get("/v1/me").status_code == 200
    with database.write() as session:
        mine = col(Token.token_hash) == tokens.hashed(person.token)
        session.execute(update(Token).where(mine).values(revoked_at=now()))
    problem = expect_problem(person.get("/v1/me"), 401, "unauthenticated")
    assert "revoked" in problem["detail"]
    assert town.office.admin.get("/v1/me").status_code == 200


# ---------------------------------------------------------------- the order of refusals


BROKEN: dict[str, dict[str, Any]] = {
    "a body that is not JSON": {"content": b"{", "headers": JSON},
    "a body that is not valid": {"json": {"colour": "red"}},
    "no body": {},
    "an unknown query parameter": {"params": {"colour": "red"}},
    "a body of another type": {"content": b"a=1", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_whose_it_is_is_asked_before_what_is_said(town: Town, broken: dict[str, Any]) -> None:
    """401, then 403 or 404, and only then 400, 415 or 422: a broken request learns no more than a good one."""
    found, expected = {}, {}
    for method, path in (route for route, taken in ROUTES.items() if taken.body is not None):
        may = allowed(Role.SUPERVISOR, method, path)
        for whose, of in (("own", town.own), ("another's", town.other_centers)):
            answer = town.office.supervisor.call(method, of.path(path), **dict(broken))
            found[whose, method, path] = answer.status_code
            foreign = whose == "another's" and bool(named_in(path))
            closed = {refused(Role.SUPERVISOR, method, path)}
            expected[whose, method, path] = closed if foreign else {400, 415, 422} if may else {403}
    assert {key: status for key, status in found.items() if status not in expected[key]} == {}
    assert found


def test_a_month_that_is_no_month_is_no_way_to_look_for_anothers_contract(town: Town) -> None:
    """The contract is refused before the period that comes with it."""
    wrong = {"period": "2023-13"}
    found = {
        (method, path): town.office.supervisor.call(method, town.other_centers.path(path, **wrong)).status_code
        for method, path in ROUTES
        if "{period}" in path
    }
    assert found == {route: refused(Role.SUPERVISOR, *route) for route in found}
    assert found

"""The floor's reads: the service's columns of R1 to R4 by the raw driver, JSON by hand."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Response

from bench.drivers import Driver, Row

_MONTH = [
    "id",
    "service_center_id",
    "vendor_id",
    "contract_id",
    "contract_number",
    "period",
    "served_from",
    "served_to",
    "stage",
    "state",
    "score_kind",
    "score_hundredths",
    "reason",
    "note",
    "assessed_on",
    "final_on",
    "pass_mark_hundredths",
    "verdict",
    "grade",
    "terms_version",
    "notified_on",
    "document_no",
    "notice_recorded_at",
    "backdated",
    "revision",
    "version",
    "due_on",
    "provisional",
    "created_at",
    "updated_at",
]
_MONTHS = """
SELECT a.id, a.service_center_id, a.vendor_id, a.contract_id, c.number, a.period, a.served_from, a.served_to, a.stage,
       a.state, a.score_kind, a.score_hundredths, a.reason, a.note, a.assessed_on, a.final_on, a.pass_mark_hundredths,
       a.verdict, a.grade, t.number, a.notified_on, a.document_no, a.notice_recorded_at, a.backdated, a.revision,
       a.version, d.due_on, d.provisional, a.created_at, a.updated_at
FROM assessments a
JOIN contracts c ON c.id = a.contract_id
LEFT JOIN due_dates d ON d.contract_id = a.contract_id AND d.kind = 'notice' AND d.subject = a.period
                     AND d.superseded_on IS NULL
LEFT JOIN terms_versions t ON t.id = a.terms_version_id
"""
_FINDING = [
    "id",
    "service_center_id",
    "vendor_id",
    "contract_id",
    "period",
    "issue_type",
    "issue_type_name",
    "occurred_on",
    "counter",
    "description",
    "deduction_hundredths",
    "at_least",
    "until",
    "level",
    "unrectified",
    "post",
    "note",
    "withdrawn_on",
    "withdrawn_reason",
    "external_ref",
    "version",
    "created_at",
    "updated_at",
]
_FINDINGS = """
SELECT f.id, f.service_center_id, f.vendor_id, f.contract_id, f.period, i.code, i.name_zh, f.occurred_on, f.counter,
       f.description, f.deduction_hundredths, f.at_least, f.until, f.level, f.unrectified, f.post, f.note,
       f.withdrawn_on, f.withdrawn_reason, f.external_ref, f.version, f.created_at, f.updated_at
FROM findings f JOIN issue_types i ON i.id = f.issue_type_id
WHERE f.contract_id = ? AND f.occurred_on BETWEEN ? AND ? ORDER BY f.id
"""
_PORTAL = [
    "id",
    "contract_id",
    "contract_number",
    "period",
    "served_from",
    "served_to",
    "state",
    "score_kind",
    "score_hundredths",
    "reason",
    "final_on",
    "terms_version",
    "pass_mark_hundredths",
    "verdict",
    "grade",
    "notified_on",
    "document_no",
    "revision",
    "version",
    "updated_at",
]
_PORTAL_MONTHS = """
SELECT a.id, a.contract_id, c.number, a.period, a.served_from, a.served_to, a.state, a.score_kind, a.score_hundredths,
       a.reason, a.final_on, t.number, a.pass_mark_hundredths, a.verdict, a.grade, a.notified_on, a.document_no,
       a.revision, a.version, a.updated_at
FROM assessments a
JOIN contracts c ON c.id = a.contract_id
LEFT JOIN terms_versions t ON t.id = a.terms_version_id
"""
_ALERT = [
    "id",
    "service_center_id",
    "contract_id",
    "kind",
    "status",
    "severity",
    "subject",
    "since",
    "until",
    "taken_up_on",
    "taken_up_by",
    "accepted_on",
    "accepted_by",
    "accepted_reason",
    "version",
    "recorded_at",
    "updated_at",
]
_ALERTS = (
    f"SELECT facts, {', '.join(_ALERT)} FROM alerts WHERE service_center_id = ? AND status = ? ORDER BY id LIMIT ?"  # noqa: S608 names of our own
)
_OF_YEAR = "WHERE a.vendor_id = ? AND a.period BETWEEN ? AND ?"
_NEWEST = "ORDER BY a.period DESC, a.id DESC LIMIT ?"


def written(value: object, status: int = 200) -> Response:
    """Answer with JSON by hand."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return Response(text, status, media_type="application/json")


def reads(driver: Driver) -> APIRouter:
    """Give the routes of R1 to R4, at the service's own paths."""
    router = APIRouter()
    month, finding, portal, alert = (
        _telling(driver, names, ids) for names, ids in ((_MONTH, 4), (_FINDING, 4), (_PORTAL, 2), (_ALERT, 3))
    )

    @router.get("/v1/contracts/{contract_id}/assessments/{period}")
    def assessment(contract_id: str, period: str) -> Response:
        contract = driver.id(contract_id)
        rows = driver.read(f"{_MONTHS} WHERE a.contract_id = ? AND a.period = ?", contract, period)
        found = driver.read(_FINDINGS, contract, f"{period}-01", last_day(period))
        return written({**month(rows[0]), "findings": [finding(row) for row in found]})

    @router.get("/v1/assessments")
    def assessments(vendor_id: str, year: int, limit: int) -> Response:
        whose = (driver.id(vendor_id), f"{year}-01", f"{year}-12")
        rows = driver.read(f"{_MONTHS} {_OF_YEAR} {_NEWEST}", *whose, limit)
        return written({"items": [month(row) for row in rows], "next_cursor": None})

    @router.get("/v1/portal/assessments")
    def portal_assessments(vendor_id: str, year: int, limit: int) -> Response:
        whose = (driver.id(vendor_id), f"{year}-01", f"{year}-12")
        rows = driver.read(f"{_PORTAL_MONTHS} {_OF_YEAR} AND a.stage = 'notified' {_NEWEST}", *whose, limit)
        return written({"items": [portal(row) for row in rows], "next_cursor": None})

    @router.get("/v1/alerts")
    def alerts(service_center_id: str, status: str, limit: int) -> Response:
        rows = driver.read(_ALERTS, driver.id(service_center_id), status, limit)
        items = [{**alert(row[1:]), "facts": json.loads(row[0])} for row in rows]
        return written({"items": items, "next_cursor": None})

    return router


def last_day(period: str) -> str:
    """Give a day that no day of the month comes after: days are compared as the database has them."""
    year, month = int(period[:4]), int(period[5:])
    days = (31, 29 if year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return f"{period}-{days[month - 1]}"


def _telling(driver: Driver, names: Sequence[str], ids: int) -> Callable[[Row], dict[str, Any]]:
    """Give what makes a row an object; its first columns are ids."""
    if not driver.sqlite:
        return lambda row: dict(zip(names, row, strict=True))
    return lambda row: dict(zip(names, (*map(driver.shown, row[:ids]), *row[ids:]), strict=True))

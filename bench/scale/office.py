"""An office that works through the API: contracts taken on, months assessed, settlements drafted and approved."""

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import httpx
from starlette.testclient import TestClient

from app.database import Database
from app.features.access import service as access
from app.features.access.caller import Caller
from app.features.audit.actor import OPERATOR
from app.features.parties import service as parties
from app.logs import configure
from app.main import create_app
from app.models.words import Role
from app.settings import Settings

INSIDE = "http://testserver"
FINDINGS = 10
ISSUES = ("late_opening", "leaving_post", "attitude", "queue", "dress_code")
DESCRIPTION = "窗口人员离岗二十分钟无人顶岗"

TERMS: dict[str, Any] = {
    "reference": {"document": "综合窗口外包服务合同", "clause": "第六条"},
    "notice": {"after": "period_end", "unit": "working_days", "length": 10, "roll": "none"},
    "pass_mark": "90.00",
    "repeat": {"threshold": 3, "window": {"kind": "calendar_year"}, "count": "occurrences", "scope": "issue_type"},
    "rectification": {"after": "notice", "unit": "working_days", "length": 5, "roll": "none"},
    "payment": {"schedule": "monthly", "excess": "carried_over"},
    "money": [
        {
            "kind": "score_bands",
            "base": "month_fee",
            "bands": [{"at_least": "90", "share": "1"}, {"below": "90", "share": "0.9"}],
            "excused": "paid_in_full",
            "rounding": {"stage": "amount", "places": 2},
        },
        {"kind": "holdback", "base": "month_fee", "share": "0.10", "rounding": {"stage": "amount", "places": 2}},
    ],
}


@dataclass(frozen=True)
class Center:
    """One centre with its contracts and whoever works for it."""

    id: uuid.UUID
    supervisor: str
    finance: str
    vendor: str
    contracts: tuple[str, ...]


class Client:
    """One who calls one service, by a token."""

    def __init__(self, address: str, token: str, behind: httpx.Client | None = None) -> None:
        """Keep one connection open, or send through the client that is given."""
        self._client = behind or httpx.Client(base_url=address, timeout=60)
        self._own = {"Authorization": f"Bearer {token}"}
        self.requests = 0

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """Read."""
        self.requests += 1
        return self._client.get(path, params=parameters, headers=self._own)

    def change(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, seen: str | None = None
    ) -> dict[str, Any]:
        """Change something once; anything but success ends the measurement."""
        answer = self.try_change(method, path, body, seen)
        if not answer.is_success:
            raise RuntimeError(f"{method} {path}: {answer.text}")
        found: dict[str, Any] = answer.json()
        return found

    def try_change(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, seen: str | None = None
    ) -> httpx.Response:
        """Change something, and give the answer whatever it is."""
        self.requests += 1
        headers = {**self._own, "Idempotency-Key": str(uuid.uuid4())} | ({"If-Match": seen} if seen else {})
        return self._client.request(method, path, json=body, headers=headers)

    def close(self) -> None:
        """Hang up."""
        self._client.close()


@contextmanager
def inside(database: Database, folder: Path) -> Iterator[httpx.Client]:
    """Give a client of the application in this very process, which starts sooner than a service."""
    configure("WARNING")
    app = create_app(Settings(var_dir=folder, reads_per_minute=0, writes_per_minute=0), database)
    with TestClient(app) as client:
        yield cast("httpx.Client", client)


def staff(database: Database, code: str) -> tuple[uuid.UUID, str, str, str]:
    """Make a centre with its first vendor's id left to the API, and tokens: administrator, supervisor, finance."""
    with database.write() as session:
        root = access.create_principal(session, OPERATOR, f"admin-{code}", Role.ADMIN, ())
        caller = Caller(root, f"admin-{code}", Role.ADMIN, ())
        center = parties.create_service_center(session, caller, code, f"{code}政务服务中心")
        access.grant(session, OPERATOR, root, center)
        for role in (Role.SUPERVISOR, Role.FINANCE):
            access.create_principal(session, OPERATOR, f"{role}-{code}", role, [center])
        names = [f"{role}-{code}" for role in (Role.ADMIN, Role.SUPERVISOR, Role.FINANCE)]
        tokens = [access.issue_token(session, OPERATOR, name) for name in names]
    return center, tokens[0], tokens[1], tokens[2]


def vendor_token(database: Database, code: str, center: uuid.UUID, vendor: str) -> str:
    """Give a token of the vendor's own."""
    with database.write() as session:
        access.create_principal(session, OPERATOR, f"vendor-{code}", Role.VENDOR, [center], uuid.UUID(vendor))
        return access.issue_token(session, OPERATOR, f"vendor-{code}")


def open_center(
    database: Database,
    address: str,
    code: str,
    contracts: int,
    first: int,
    last: int,
    behind: httpx.Client | None = None,
) -> Center:
    """Take on a centre with so many contracts, each of one vendor, of the years `first` to `last`."""
    center, admin, supervisor, finance = staff(database, code)
    by_admin, by_supervisor = Client(address, admin, behind), Client(address, supervisor, behind)
    for issue in ISSUES:
        by_admin.change("POST", "/v1/issue-types", {"service_center_id": str(center), "code": issue, "name_zh": issue})
    taken = []
    vendor = ""
    for number in range(contracts):
        made = by_admin.change(
            "POST", "/v1/vendors", {"service_center_id": str(center), "name": f"{code}第{number}人力服务有限公司"}
        )
        vendor = vendor or made["id"]
        body = {
            "number": f"{code}-{number}",
            "title": "综合窗口外包服务",
            "service_center_id": str(center),
            "vendor_id": made["id"],
            "starts_on": f"{first}-01-01",
            "ends_on": f"{last}-12-31",
            "recorded_from": f"{first}-01",
            "years": [{"year": year, "amount": "1200000.00"} for year in range(first, last + 1)],
            "terms": TERMS,
        }
        taken.append(by_supervisor.change("POST", "/v1/contracts", body)["id"])
    if behind is None:
        by_admin.close()
        by_supervisor.close()
    return Center(center, supervisor, finance, vendor_token(database, code, center, vendor), tuple(taken))


def finding(month: date, dice: random.Random) -> dict[str, Any]:
    """Give the body of one finding of a month."""
    return {
        "issue_type": dice.choice(ISSUES),
        "occurred_on": str(month.replace(day=dice.randint(1, 28))),
        "counter": f"A-{dice.randint(1, 20):02}",
        "deduction_points": "1.00",
        "description": DESCRIPTION,
    }


def assess(caller: Client, contract: str, month: date, dice: random.Random) -> None:
    """Do a month by thirteen requests: ten findings, the result, its finalization, its notice."""
    base, period = f"/v1/contracts/{contract}", f"{month:%Y-%m}"
    for _ in range(FINDINGS):
        caller.change("POST", f"{base}/findings", finding(month, dice))
    result = {
        "state": "assessed",
        "score": {"exact": f"{dice.randint(8200, 9900) / 100:.2f}"},
        "assessed_on": str(_after(month, 5)),
    }
    at = f"{base}/assessments/{period}"
    caller.change("PUT", at, result, '"1"')
    caller.change("POST", f"{at}/finalization", {"final_on": str(_after(month, 8))}, '"2"')
    notice = {"notified_on": str(_after(month, 12)), "document_no": f"政务考核〔{month.year}〕{month.month}号"}
    caller.change("POST", f"{at}/notice", notice, '"3"')


def settle(drafter: Client, approver: Client, contract: str, month: date) -> None:
    """Have a month's settlement drafted by one and approved by another."""
    base = f"/v1/contracts/{contract}/settlements"
    draft = drafter.try_change("POST", base, {"payment_period": f"{month:%Y-%m}"})
    if not draft.is_success:
        raise RuntimeError(draft.text)
    approver.change("POST", f"{base}/{draft.json()['id']}/approval", None, '"1"')


def months(first: int, last: int) -> list[date]:
    """List the first days of the months of these years."""
    return [date(year, month, 1) for year in range(first, last + 1) for month in range(1, 13)]


def _after(month: date, day: int) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, day)


def reads(caller: Client, center: Center, dice: random.Random, first: int, last: int) -> list[Callable[[], Any]]:
    """Give the reads R1 to R4 as calls: a month with its findings, fifty of a year, the vendor's own, open alerts."""
    contract = dice.choice(center.contracts)
    year = dice.randint(first, last)
    return [
        lambda: caller.get(f"/v1/contracts/{contract}/assessments/{year}-{dice.randint(1, 12):02}"),
        lambda: caller.get("/v1/assessments", year=year, limit=50),
        lambda: caller.get("/v1/alerts", status="open", limit=50),
    ]

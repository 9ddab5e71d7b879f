"""A service center with everybody who calls the API for it: what the tests of the doors and the nights talk through."""

import copy
import uuid
from typing import Any

from httpx2 import Response
from sqlmodel import Session

from app.database import Database
from app.features.access import service as access
from app.features.access.caller import Caller
from app.features.access.scopes import SCOPES
from app.features.audit.actor import OPERATOR
from app.features.parties import service as parties
from app.models.words import Role
from tests.client import Client

TERMS: dict[str, Any] = {
    "reference": {"document": "外包服务合同", "clause": "第六条"},
    "notice": {"after": "period_end", "unit": "calendar_days", "length": 15, "roll": "none"},
    "pass_mark": "90.00",
    "repeat": {
        "threshold": 3,
        "window": {"kind": "calendar_year"},
        "count": "occurrences",
        "scope": "issue_type",
    },
    "consecutive": [{"below": "80.00", "periods": 2, "consequence": "right_to_terminate"}],
}
"""The terms that tests start from; `{**TERMS, ...}` changes a clause, `without(...)` leaves one out."""


def without(*clauses: str) -> dict[str, Any]:
    """Give the terms without some of their clauses."""
    return {name: clause for name, clause in TERMS.items() if name not in clauses}


Json = dict[str, Any] | list[Any] | None


class Person:
    """Somebody with a token: `get`, `post` and `put` speak for that principal."""

    def __init__(self, client: Client, token: str) -> None:
        """Keep the token."""
        self.token = token
        self._client = client

    def call(self, method: str, path: str, **options: Any) -> Response:
        """Send any request."""
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        if method in {"POST", "PUT"}:
            # A test that is about keys or ETags sends its own; `None` sends none at all.
            headers = {"Idempotency-Key": str(uuid.uuid4()), "If-Match": "*"} | headers
        headers = {name: value for name, value in headers.items() if value is not None}
        return self._client.request(method, path, headers=headers, **options)

    def get(self, path: str, **query: Any) -> Response:
        """Read."""
        return self.call("GET", path, params=query or None)

    def post(self, path: str, body: Json = None) -> Response:
        """Make."""
        return self.call("POST", path, json=body)

    def put(self, path: str, body: Json) -> Response:
        """Fill in."""
        return self.call("PUT", path, json=body)

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Read a list to its end, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get(path, **query)
            assert page.status_code == 200, page.text
            found += page.json()["items"]
            # A stream of events always tells where to go on; it has ended for now where nothing came.
            if page.json()["next_cursor"] is None or not page.json()["items"]:
                return found
            query["cursor"] = page.json()["next_cursor"]


class Office:
    """One service center, one vendor, two issue types, and a person for each role; two where one may not do both."""

    def __init__(self, database: Database, client: Client, code: str = "XA") -> None:
        """Register everything through the services."""
        self.client = client
        self.database = database
        self.code = code
        with database.write() as session:
            clerk = access.create_principal(session, OPERATOR, f"clerk-{code}", Role.ADMIN, ())
            operator = self.clerk = Caller(clerk, f"clerk-{code}", Role.ADMIN, ())
            self.center = parties.create_service_center(session, operator, code, f"{code}政务服务中心")
            self.vendor = parties.create_vendor(session, operator, self.center, f"{code}人力服务公司")
            self.issue_types = {
                code: parties.create_issue_type(session, operator, self.center, code, name)
                for code, name in (("leaving_post", "离岗"), ("late_opening", "延时服务未落实"))
            }
            people = {role: self._person(session, role) for role in Role}
            others = (self._person(session, role, f"{role.value}2") for role in (Role.FINANCE, Role.SUPERVISOR))
            self._seat(people, *others)

    def over(self, database: Database, client: Client) -> "Office":
        """Give the same office on a copy of its database, which another client asks."""
        office = copy.copy(self)
        office.client, office.database = client, database
        people = {role: Person(client, person.token) for role, person in self.people.items()}
        others = (Person(client, person.token) for person in (self.finance2, self.supervisor2))
        office._seat(people, *others)  # noqa: SLF001 its own kind
        return office

    def _seat(self, people: dict[Role, Person], finance2: Person, supervisor2: Person) -> None:
        self.people, self.finance2, self.supervisor2 = people, finance2, supervisor2
        self.admin = self.people[Role.ADMIN]
        self.supervisor = self.people[Role.SUPERVISOR]
        self.finance = self.people[Role.FINANCE]
        self.auditor = self.people[Role.AUDITOR]
        self.vendor_portal = self.people[Role.VENDOR]

    def _person(self, session: Session, role: Role, called: str | None = None) -> Person:
        name = f"{called or role.value}-{self.code}"
        company = self.vendor if role is Role.VENDOR else None
        access.create_principal(session, OPERATOR, name, role, [self.center], company)
        # The fullest token: what it may not do, no scope lets it do.
        scopes = SCOPES if role is Role.INTEGRATION else ()
        return Person(self.client, access.issue_token(session, OPERATOR, name, scopes=scopes))

    def contract_body(self, number: str = "XA-2023", **changes: Any) -> dict[str, Any]:
        """Give the body of a contract for the year 2023."""
        body: dict[str, Any] = {
            "number": number,
            "title": "综合窗口外包服务",
            "service_center_id": str(self.center),
            "vendor_id": str(self.vendor),
            "starts_on": "2023-01-01",
            "ends_on": "2023-12-31",
            "recorded_from": "2023-01",
            "terms": TERMS,
        }
        return body | changes

    def contract(self, number: str = "XA-2023", **changes: Any) -> str:
        """Take a contract on and give its address."""
        made = self.supervisor.post("/v1/contracts", self.contract_body(number, **changes))
        assert made.status_code == 201, made.text
        return f"/v1/contracts/{uuid.UUID(made.json()['id'])}"

    def finding(self, contract: str, occurred_on: str, issue_type: str = "leaving_post", **more: Any) -> str:
        """Record a finding and give its address."""
        body = {"issue_type": issue_type, "occurred_on": occurred_on, **more}
        made = self.supervisor.post(f"{contract}/findings", body)
        assert made.status_code == 201, made.text
        return f"{contract}/findings/{made.json()['id']}"

    def assess(self, contract: str, period: str, score: object, assessed_on: str, **more: Any) -> None:
        """Fill a month in; `score` is a text for an exact score, or the body's own form."""
        said = {"exact": score} if isinstance(score, str) else score
        body = {"state": "assessed", "score": said, "assessed_on": assessed_on, **more}
        answer = self.supervisor.put(f"{contract}/assessments/{period}", body)
        assert answer.status_code == 200, answer.text

    def finalize(self, contract: str, period: str, final_on: str) -> None:
        """Make a month final."""
        answer = self.supervisor.post(f"{contract}/assessments/{period}/finalization", {"final_on": final_on})
        assert answer.status_code == 200, answer.text

    def notify(self, contract: str, period: str, notified_on: str, document_no: str | None = None) -> None:
        """Record a month's notice."""
        body = {"notified_on": notified_on, "document_no": document_no}
        answer = self.supervisor.post(f"{contract}/assessments/{period}/notice", body)
        assert answer.status_code == 200, answer.text

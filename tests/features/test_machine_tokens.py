"""Tokens of machines: shown once, two live, an end to each, and never more rights than who issues them has."""

import json
from typing import Any

import pytest
import time_machine
from sqlalchemy import event

from app.database import Database
from app.features.access import tokens
from app.features.audit.verify import verify_database
from app.models.words import Role
from tests.accounts import administrator, made, speaking
from tests.api.asking import expect_problem
from tests.nights import every_row
from tests.office import Office, Person

TOKENS = "/v1/tokens"
BEGIN, END = "2023-06-01T04:00:00Z", "2023-07-01T04:00:00Z"


@pytest.fixture
def elsewhere(office: Office) -> Office:
    """Give a second service center on the same database."""
    return Office(office.database, office.client, "XB")


def _asked(role: Role, *offices: Office, **more: Any) -> dict[str, Any]:
    """Give the body of a token for a machine called hotline."""
    scopes = ["signals:write"] if role is Role.INTEGRATION else []
    centers = [str(office.center) for office in offices]
    return {
        "principal": "hotline",
        "role": role.value,
        "service_centers": centers,
        "scopes": scopes,
        "expires_in_days": 30,
    } | more


def _issued(by: Person, office: Office, body: dict[str, Any]) -> tuple[str, Person]:
    """Issue a token and give its address and who speaks with it."""
    answer = by.post(TOKENS, body)
    assert answer.status_code == 201, answer.text
    return f"{TOKENS}/{answer.json()['id']}", Person(office.client, answer.json()["token"])


def test_a_machines_tokens_are_rotated(office: Office, database: Database) -> None:
    """Shown once, two live, a third refused; revoked, the old one opens nothing from then on, and a third is issued."""
    body, key = _asked(Role.INTEGRATION, office, name="旧"), {"Idempotency-Key": "k-1"}
    first = office.admin.call("POST", TOKENS, json=body, headers=key)
    secret = first.json()["token"]
    again = office.admin.call("POST", TOKENS, json=body, headers=key)
    assert (again.headers["idempotent-replayed"], again.json()) == ("true", first.json() | {"token": None})
    old, machine = first.headers["location"], Person(office.client, secret)
    assert machine.get("/v1/me").json()["scopes"] == ["signals:write"]
    _, newer = _issued(office.admin, office, body | {"name": "新"})
    expect_problem(office.admin.post(TOKENS, body), 409, "too-many-tokens")
    assert office.admin.post(f"{old}/revocation").json()["revoked_at"] is not None
    expect_problem(machine.get("/v1/me"), 401, "unauthenticated")
    expect_problem(office.admin.post(f"{old}/revocation"), 409, "token-revoked")
    assert newer.get("/v1/me").status_code == 200
    # The newer one may carry other scopes: its machine stays what it is.
    wider = body | {"scopes": ["signals:read", "signals:write"], "name": None}
    assert office.admin.post(TOKENS, wider).json()["scopes"] == ["signals:read", "signals:write"]
    shown = office.auditor.items(TOKENS, principal="hotline")
    assert [(token["name"], token["revoked_at"] is None) for token in shown] == [
        ("旧", False),
        ("新", True),
        (None, True),
    ]
    assert [token["name"] for token in office.auditor.items(TOKENS, principal="hotline", live=True)] == ["新", None]
    assert shown[1]["last_used_at"] is not None
    assert secret not in json.dumps(every_row(database), default=str)
    # What the operator did with the tokens of the test's people is told to no center.
    told = office.auditor.items("/v1/audit-events", subject_kind="token", service_center_id=str(office.center))
    acts = [act["action"] for act in told]
    assert acts == ["token.issued", "token.issued", "token.revoked", "token.issued"]
    with database.read() as session:
        assert verify_database(session, {}).bad == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_every_machines_token_ends(office: Office) -> None:
    """Good for its days and not an instant longer; without days, or with more than are allowed, none is issued."""
    with time_machine.travel(BEGIN, tick=False):
        address, machine = _issued(office.admin, office, _asked(Role.AUDITOR, office))
        assert office.admin.get(address).json()["expires_at"] == END
    with time_machine.travel("2023-07-01T03:59:59Z", tick=False):
        assert machine.get("/v1/me").status_code == 200
    with time_machine.travel(END, tick=False):
        expect_problem(machine.get("/v1/me"), 401, "unauthenticated")
        assert office.admin.items(TOKENS, principal="hotline", live=True) == []
    endless = _asked(Role.AUDITOR, office)
    del endless["expires_in_days"]
    expect_problem(office.admin.post(TOKENS, endless), 422, "validation-error", "/expires_in_days")
    for days in (0, 367):
        body = _asked(Role.AUDITOR, office, expires_in_days=days)
        expect_problem(office.admin.post(TOKENS, body), 422, "validation-error", "/expires_in_days")
    # As a deployment may have it with KAOHE_TOKEN_DAYS.
    office.client.app.state.token_days = 90
    body = _asked(Role.AUDITOR, office, expires_in_days=91)
    expect_problem(office.admin.post(TOKENS, body), 422, "validation-error", "/expires_in_days", "token-too-long")


def test_no_token_opens_more_than_its_issuer_administers(office: Office, elsewhere: Office, database: Database) -> None:
    """Other centers, their machines and whoever has more are out of reach; several centers need who has all of them."""
    both = administrator(office, "both", elsewhere)
    wide = _asked(Role.AUDITOR, office, elsewhere)
    expect_problem(office.admin.post(TOKENS, wide), 404, "not-found", "/service_centers/1")
    address, authority = _issued(both, office, wide)
    assert {center["code"] for center in authority.get("/v1/me").json()["service_centers"]} == {"XA", "XB"}
    contracts = {office.contract("XA-1"), elsewhere.contract("XB-1")}
    assert {f"/v1/contracts/{contract['id']}" for contract in authority.items("/v1/contracts")} == contracts
    seen = office.admin.get(address).json()
    assert (seen["service_centers"], seen["beyond_own_centers"]) == ([str(office.center)], True)
    expect_problem(office.admin.post(f"{address}/revocation"), 403, "beyond-own-centers")
    expect_problem(office.admin.post(TOKENS, _asked(Role.AUDITOR, office)), 403, "beyond-own-centers")
    theirs, _ = _issued(elsewhere.admin, office, _asked(Role.FINANCE, elsewhere, principal="theirs"))
    expect_problem(office.admin.get(theirs), 404, "not-found")
    expect_problem(office.admin.post(f"{theirs}/revocation"), 404, "not-found")
    taken = _asked(Role.FINANCE, office, principal="theirs")
    expect_problem(office.admin.post(TOKENS, taken), 409, "principal-exists", "/principal")
    assert both.post(f"{address}/revocation").status_code == 200
    expect_problem(authority.get("/v1/me"), 401, "unauthenticated")
    with database.read() as session:
        assert verify_database(session, {}).bad == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_machine_stays_what_it_was_made_as(office: Office, elsewhere: Office) -> None:
    """A further token names the same role, centers and vendor; a person gets none, and an administrator a reason."""
    both = administrator(office, "both", elsewhere)
    _issued(both, office, _asked(Role.AUDITOR, office))
    for body, pointer in (
        (_asked(Role.FINANCE, office), "/role"),
        (_asked(Role.AUDITOR, office, elsewhere), "/service_centers"),
        (_asked(Role.VENDOR, office, vendor_id=str(office.vendor), reason="试"), "/role"),
    ):
        expect_problem(both.post(TOKENS, body), 409, "principal-differs", pointer)
    made(both, "wang", Role.AUDITOR, office)
    person = _asked(Role.AUDITOR, office, principal="wang")
    expect_problem(both.post(TOKENS, person), 409, "principal-is-person", "/principal")
    admin = _asked(Role.ADMIN, office, principal="robot")
    expect_problem(both.post(TOKENS, admin), 422, "validation-error", "/reason", "reason-missing")
    _, robot = _issued(both, office, admin | {"reason": "人事系统同步账号"})
    assert robot.get("/v1/users").status_code == 200
    acts = office.auditor.items("/v1/audit-events", action="token.issued")
    assert acts[-1]["details"]["reason"] == "人事系统同步账号"
    scoped = _asked(Role.AUDITOR, office, principal="scoped", scopes=["signals:read"])
    expect_problem(both.post(TOKENS, scoped), 422, "validation-error", "/scopes", "scope-of-another-role")
    company = _asked(Role.VENDOR, office, principal="seller", vendor_id=str(elsewhere.vendor), reason="接口")
    expect_problem(both.post(TOKENS, company), 404, "not-found", "/vendor_id")
    _, seller = _issued(both, office, company | {"vendor_id": str(office.vendor)})
    assert seller.get("/v1/portal/me").status_code == 200


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nobody_speaks_for_a_vendor_without_a_reason(office: Office) -> None:
    """A token of a vendor's is refused without one, for its present principal as for a new one; the audit keeps it."""
    for name in ("vendor-XA", "new-system"):
        body = _asked(Role.VENDOR, office, principal=name, vendor_id=str(office.vendor))
        expect_problem(office.admin.post(TOKENS, body), 422, "validation-error", "/reason", "reason-missing")
        _issued(office.admin, office, body | {"reason": "原接口令牌遗失"})
        acts = office.auditor.items("/v1/audit-events", action="token.issued")
        assert (acts[-1]["details"]["name"], acts[-1]["details"]["reason"]) == (name, "原接口令牌遗失")


def test_an_administrator_revokes_whatever_opens_the_center(office: Office, database: Database) -> None:
    """A vendor's own token and one that the operator gave a person stop at once, and the audit still holds."""
    made(office.admin, "wang", Role.AUDITOR, office)
    wang = speaking(office, "wang")
    own = office.vendor_portal.post("/v1/portal/tokens", {"name": "接口", "expires_in_days": 30}).json()
    vendor = Person(office.client, own["token"])
    (of_wang,) = office.admin.items(TOKENS, principal="wang")
    assert (of_wang["is_person"], of_wang["expires_at"]) == (True, None)
    for id_, speaker in ((of_wang["id"], wang), (own["id"], vendor)):
        assert speaker.get("/v1/me").status_code == 200
        office.admin.post(f"{TOKENS}/{id_}/revocation").raise_for_status()
        expect_problem(speaker.get("/v1/me"), 401, "unauthenticated")
    with database.read() as session:
        assert verify_database(session, {}).bad == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_wrong_checksum_never_reaches_the_database(office: Office) -> None:
    """One character that was copied wrongly is refused without a look-up; a right checksum is looked up."""
    said: list[str] = []

    def listen(*sent: Any) -> None:
        said.append(sent[2])

    event.listen(office.database.engine, "before_cursor_execute", listen)
    good = office.admin.token
    wrong = good[:20] + ("a" if good[20] != "a" else "b") + good[21:]
    for token, looked_up in ((wrong, False), (good[:-1], False), (good + "0", False), (tokens.mint(), True)):
        said.clear()
        expect_problem(Person(office.client, token).get("/v1/me"), 401, "unauthenticated")
        assert bool(said) == looked_up, token
    event.remove(office.database.engine, "before_cursor_execute", listen)

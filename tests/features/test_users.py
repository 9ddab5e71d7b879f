"""People: made with a password that is shown once, changed by who administers all of their centers, ended at once."""

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from app import clock, user_cli
from app.database import Database
from app.errors import Invalid, NotFound
from app.features.access import sessions
from app.features.audit.verify import verify_database
from app.models.words import Role
from app.settings import Settings
from tests.accounts import administrator, changed, made, person_body, settled, speaking
from tests.api.asking import expect_problem, last_part
from tests.nights import every_row
from tests.office import Office, Person
from tests.people import OTHER, PASSWORD, Browser

USERS = "/v1/users"


@pytest.fixture
def elsewhere(office: Office) -> Office:
    """Give a second service center on the same database."""
    return Office(office.database, office.client, "XB")


def _sign_in(database: Database, user: str) -> None:
    """Begin a session of a user."""
    id_ = uuid.UUID(last_part(user))
    with database.write() as session:
        sessions.begin(session, id_, clock.now(), timedelta(hours=12))


def _ends(database: Database) -> list[str | None]:
    return [row["end_reason"] for row in every_row(database)["user_sessions"]]


def test_a_person_is_made_with_a_password_that_is_shown_once(office: Office, database: Database) -> None:
    """The answer shows it, a retry does not, and nothing that is stored or read holds it."""
    body, key = person_body("li.dudao", Role.SUPERVISOR, office), {"Idempotency-Key": "k-1"}
    first = office.admin.call("POST", USERS, json=body, headers=key)
    password = first.json()["temporary_password"]
    again = office.admin.call("POST", USERS, json=body, headers=key)
    assert (first.status_code, len(password) > 10) == (201, True)
    assert (again.headers["idempotent-replayed"], again.json()) == ("true", first.json() | {"temporary_password": None})
    assert first.headers["location"] == f"{USERS}/{first.json()['id']}"
    read = office.auditor.get(first.headers["location"])
    assert (read.json()["name"], read.json()["must_change"], read.json()["version"]) == ("li.dudao", True, 1)
    reset = office.admin.post(f"{first.headers['location']}/password-reset").json()["temporary_password"]
    assert reset not in {password, None}
    kept = json.dumps(every_row(database), default=str)
    assert (password in kept, reset in kept) == (False, False)
    expect_problem(office.admin.post(USERS, body), 409, "principal-exists", "/name")
    acts = [act["action"] for act in office.auditor.items("/v1/audit-events", subject_kind="user")]
    assert acts == ["user.created", "user.password_reset"]
    with database.read() as session:
        assert verify_database(session, {}).bad == []


def test_people_are_listed_by_role_state_and_center(office: Office, elsewhere: Office) -> None:
    """Everybody who shares a service center with the reader, and nobody else."""
    both = administrator(office, "both", elsewhere)
    for name, role, *of in (
        ("a", Role.SUPERVISOR, office),
        ("b", Role.FINANCE, office),
        ("c", Role.AUDITOR, elsewhere),
    ):
        made(both, name, role, *of)
    authority = made(both, "d", Role.AUDITOR, office, elsewhere)
    both.post(f"{authority}/disabling", {"reason": "已调离"}).raise_for_status()

    def listed(by: Person, **query: object) -> str:
        return "".join(user["name"] for user in by.items(USERS, **query))

    assert (listed(both), listed(office.auditor), listed(elsewhere.admin)) == ("abcd", "abd", "cd")
    assert listed(both, role="auditor") == "cd"
    assert (listed(both, disabled=True), listed(both, disabled=False)) == ("d", "abc")
    assert listed(both, service_center_id=office.center) == "abd"
    assert listed(office.admin, service_center_id=elsewhere.center) == ""
    speaking(office, "d")
    for center, expected in ((office.center, ["d"]), (elsewhere.center, [])):
        tokens = office.admin.items("/v1/tokens", principal="d", service_center_id=center)
        assert [token["principal"] for token in tokens] == expected
    seen = office.admin.get(authority).json()
    assert (seen["service_centers"], seen["beyond_own_centers"]) == ([str(office.center)], True)


@dataclass(frozen=True)
class Case:
    """Who asks, whom they would change, and what becomes of it."""

    by: str
    whom: str
    status: int
    code: str = ""


CASES = (
    Case("admin of A", "of A", 200),
    Case("admin of A", "of B", 404, "not-found"),
    Case("admin of A", "of A and B", 403, "beyond-own-centers"),
    Case("admin of B", "of A", 404, "not-found"),
    Case("admin of B", "of A and B", 403, "beyond-own-centers"),
    Case("admin of A and B", "of A", 200),
    Case("admin of A and B", "of B", 200),
    Case("admin of A and B", "of A and B", 200),
    Case("auditor of A and B", "of A and B", 403, "forbidden"),
    Case("auditor of A and B", "of A", 403, "forbidden"),
    Case("supervisor of A", "of A", 403, "forbidden"),
    Case("supervisor of A", "of B", 403, "forbidden"),
)
ACTS = ("disabling", "enabling", "password-reset", "unlocking", "ending-sessions")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_who_may_change_whom(office: Office, elsewhere: Office) -> None:
    """An administrator changes those whose service centers are all their own; of others they do not even know."""
    both = administrator(office, "both", elsewhere)
    of = {"of A": (office,), "of B": (elsewhere,), "of A and B": (office, elsewhere)}
    people = {whom: made(both, f"p{number}", Role.FINANCE, *at) for number, (whom, at) in enumerate(of.items())}
    made(both, "authority", Role.AUDITOR, office, elsewhere)
    askers = {
        "admin of A": office.admin,
        "admin of B": elsewhere.admin,
        "admin of A and B": both,
        "auditor of A and B": speaking(office, "authority"),
        "supervisor of A": office.supervisor,
    }
    for case in CASES:
        asker, user = askers[case.by], people[case.whom]
        sent = [asker.put(user, changed("new", Role.FINANCE, *of[case.whom]))]
        sent += [asker.post(f"{user}/{act}", {"reason": "试"} if act == "disabling" else None) for act in ACTS]
        assert {answer.status_code for answer in sent} == {case.status}, case
        assert {answer.json().get("code", "") for answer in sent} == {case.code}, case


def test_nobody_changes_their_own_rights(office: Office) -> None:
    """What they are called they may change, what they may do another administrator decides."""
    me = made(office.admin, "chief", Role.ADMIN, office)
    made(office.admin, "deputy", Role.ADMIN, office)
    chief = speaking(office, "chief")
    expect_problem(chief.put(me, changed("chief", Role.AUDITOR, office)), 409, "own-account")
    expect_problem(chief.post(f"{me}/disabling", {"reason": "试"}), 409, "own-account")
    expect_problem(chief.post(f"{me}/password-reset"), 409, "own-account")
    assert chief.put(me, changed("new", Role.ADMIN, office)).json()["display_name"] == "New"


def test_a_service_center_keeps_an_administrator_who_can_sign_in(office: Office, elsewhere: Office) -> None:
    """The last person who administers it is neither disabled nor demoted nor moved away; a token is no person."""
    both = administrator(office, "both", elsewhere)
    last = made(both, "last", Role.ADMIN, office)
    refused = (
        both.put(last, changed("last", Role.AUDITOR, office)),
        both.put(last, changed("last", Role.ADMIN, elsewhere)),
        both.post(f"{last}/disabling", {"reason": "已调离"}),
    )
    for answer in refused:
        assert "XA" in expect_problem(answer, 409, "last-administrator")["detail"]
    gone = made(both, "gone", Role.ADMIN, office)
    # Nobody knows yet whether the password that was given ever reached them.
    expect_problem(both.post(f"{last}/disabling", {"reason": "已调离"}), 409, "last-administrator")
    settled(office, "gone", "last")
    assert both.post(f"{gone}/disabling", {"reason": "已调离"}).status_code == 200
    expect_problem(both.post(f"{last}/disabling", {"reason": "已调离"}), 409, "last-administrator")
    assert both.post(f"{gone}/enabling").status_code == 200
    reset = both.post(f"{gone}/password-reset").json()["temporary_password"]
    expect_problem(both.post(f"{last}/disabling", {"reason": "已调离"}), 409, "last-administrator")
    browser = Browser(office.client)
    browser.sign_in("gone", reset)
    browser.post("/password", {"current": reset, "new": PASSWORD}).raise_for_status()
    assert both.post(f"{last}/disabling", {"reason": "已调离"}).json()["disabled_at"] is not None
    expect_problem(both.post(f"{last}/disabling", {"reason": "已调离"}), 409, "user-disabled")
    expect_problem(both.post(f"{gone}/enabling"), 409, "user-enabled")


def test_a_change_of_rights_takes_effect_at_once(office: Office, elsewhere: Office, database: Database) -> None:
    """The next request has the new role and centers, and every session is over; a new name alone ends nothing."""
    both = administrator(office, "both", elsewhere)
    user = made(both, "wang", Role.SUPERVISOR, office)
    wang = speaking(office, "wang")
    _sign_in(database, user)
    both.put(user, changed("other-name", Role.SUPERVISOR, office)).raise_for_status()
    assert (wang.get("/v1/me").json()["role"], _ends(database)) == ("supervisor", [None])
    both.put(user, changed("wang", Role.AUDITOR, office, elsewhere)).raise_for_status()
    me = wang.get("/v1/me").json()
    assert (me["role"], len(me["service_centers"]), _ends(database)) == ("auditor", 2, ["role_changed"])
    both.put(user, changed("wang", Role.AUDITOR, elsewhere)).raise_for_status()
    assert [center["code"] for center in wang.get("/v1/me").json()["service_centers"]] == ["XB"]
    for act, reason in (
        ("ending-sessions", "ended"),
        ("password-reset", "password_changed"),
        ("disabling", "disabled"),
    ):
        _sign_in(database, user)
        both.post(f"{user}/{act}", {"reason": "已调离"} if act == "disabling" else None).raise_for_status()
        assert _ends(database)[-1] == reason
    expect_problem(wang.get("/v1/me"), 401, "unauthenticated")
    both.post(f"{user}/enabling").raise_for_status()
    # The reset has revoked the token for good, enabling brings it not back.
    expect_problem(wang.get("/v1/me"), 401, "unauthenticated")
    assert speaking(office, "wang").get("/v1/me").status_code == 200
    with database.read() as session:
        assert verify_database(session, {}).bad == []


def test_a_vendors_person_has_no_token_that_outlasts_a_password(office: Office, database: Database) -> None:
    """They issue none, signed in or not, and what the operator gave them stops with a reset and with disabling."""
    seller = made(office.admin, "seller", Role.VENDOR, office, vendor_id=str(office.vendor))
    for act in ("password-reset", "disabling"):
        token = speaking(office, "seller")
        refused = token.post("/v1/portal/tokens", {"name": "接口", "expires_in_days": 30})
        expect_problem(refused, 409, "principal-is-person")
        office.admin.post(f"{seller}/{act}", {"reason": "已调离"} if act == "disabling" else None).raise_for_status()
        assert office.admin.items("/v1/tokens", principal="seller", live=True) == []
        expect_problem(token.get("/v1/portal/me"), 401, "unauthenticated")
    acts = [act["action"] for act in office.auditor.items("/v1/audit-events", action="token.revoked")]
    assert acts == ["token.revoked"] * 2
    with database.read() as session:
        assert verify_database(session, {}).bad == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nobody_grants_what_is_not_theirs(office: Office, elsewhere: Office) -> None:
    """Another center is as if it were not, a vendor's own see its center alone, and a machine is no person."""
    admin = office.admin
    beyond = person_body("p", Role.AUDITOR, office, elsewhere)
    expect_problem(admin.post(USERS, beyond), 404, "not-found", "/service_centers/1")
    user = made(admin, "p", Role.AUDITOR, office)
    expect_problem(
        admin.put(user, changed("p", Role.AUDITOR, office, elsewhere)), 404, "not-found", "/service_centers/1"
    )
    person = person_body("q", Role.INTEGRATION, office)
    expect_problem(admin.post(USERS, person), 422, "validation-error", "/role", "role-of-machines")
    expect_problem(admin.put(user, changed("p", Role.INTEGRATION, office)), 422, "validation-error", "/role")
    company = person_body("seller", Role.VENDOR, office)
    expect_problem(admin.post(USERS, company), 422, "validation-error", "/vendor_id", "vendor-missing")
    others = {"vendor_id": str(elsewhere.vendor)}
    expect_problem(admin.post(USERS, company | others), 404, "not-found", "/vendor_id")
    own = {"vendor_id": str(office.vendor)}
    expect_problem(
        admin.post(USERS, person_body("q", Role.AUDITOR, office, **own)), 422, "validation-error", "/vendor_id"
    )
    both = administrator(office, "both", elsewhere)
    wide = person_body("seller", Role.VENDOR, office, elsewhere, **own)
    expect_problem(both.post(USERS, wide), 422, "validation-error", "/service_centers", "center-of-vendor")
    seller = made(admin, "seller", Role.VENDOR, office, **own)
    assert admin.get(seller).json()["vendor_id"] == str(office.vendor)
    expect_problem(admin.put(seller, changed("seller", Role.AUDITOR, office)), 422, "validation-error", "/role")
    expect_problem(admin.put(user, changed("p", Role.VENDOR, office)), 422, "validation-error", "/role")
    expect_problem(both.put(seller, changed("seller", Role.VENDOR, elsewhere)), 422, "validation-error")
    assert admin.put(seller, changed("seller2", Role.VENDOR, office)).status_code == 200


def test_nobody_overwrites_an_account_that_they_have_not_seen(office: Office) -> None:
    """If-Match is needed, and the version that it names must be the present one."""
    user = made(office.admin, "p", Role.AUDITOR, office)
    seen, body = office.admin.get(user).headers["etag"], changed("q", Role.AUDITOR, office)
    stale = {"If-Match": seen}
    assert office.admin.call("PUT", user, json=body, headers=stale).json()["version"] == 2
    expect_problem(office.admin.call("PUT", user, json=body, headers=stale), 412, "precondition-failed")
    expect_problem(office.admin.call("PUT", user, json=body, headers={"If-Match": None}), 428, "precondition-required")


def test_what_an_administrator_does_reaches_the_browser_at_once(office: Office) -> None:
    """A first password, a lock that is taken away, another role, an end of sessions, an account that is disabled."""
    answer = office.admin.post(USERS, person_body("wang", Role.SUPERVISOR, office)).json()
    user, browser = f"{USERS}/{answer['id']}", Browser(office.client)
    assert browser.sign_in("wang", answer["temporary_password"]).json()["password_change_due"] is True
    expect_problem(browser.get("/v1/me"), 403, "password-change-due")
    assert browser.post("/password", {"current": answer["temporary_password"], "new": PASSWORD}).status_code == 204
    assert browser.get("/v1/me").json()["role"] == "supervisor"
    for _ in range(5):
        expect_problem(Browser(office.client).sign_in("wang", OTHER), 401, "sign-in-refused")
    expect_problem(Browser(office.client).sign_in("wang"), 429, "sign-in-locked")
    assert office.admin.get(user).json()["locked_until"] is not None
    assert office.admin.post(f"{user}/unlocking").json()["locked_until"] is None
    assert browser.sign_in("wang").status_code == 200
    office.admin.put(user, changed("wang", Role.AUDITOR, office)).raise_for_status()
    expect_problem(browser.get("/v1/me"), 401, "unauthenticated")
    browser.sign_in("wang")
    assert browser.get("/v1/me").json()["role"] == "auditor"
    office.admin.post(f"{user}/ending-sessions").raise_for_status()
    expect_problem(browser.get("/v1/me"), 401, "unauthenticated")
    browser.sign_in("wang")
    office.admin.post(f"{user}/disabling", {"reason": "已调离"}).raise_for_status()
    expect_problem(browser.get("/v1/me"), 401, "unauthenticated")
    expect_problem(browser.sign_in("wang"), 401, "sign-in-refused")
    office.admin.post(f"{user}/enabling").raise_for_status()
    assert browser.sign_in("wang").status_code == 200
    with office.database.read() as session:
        assert verify_database(session, {}).bad == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_whoever_operates_the_service_grants_an_authority_several_centers(
    office: Office, elsewhere: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`kaohe user grant`, `withdraw` and `disable` do what no administrator of one center may; all is recorded."""
    monkeypatch.setattr(user_cli, "settings", lambda: Settings(DATABASE_URL=office.database.url))

    def kaohe(*arguments: str) -> BaseException | None:
        return CliRunner().invoke(user_cli.user_cli, arguments).exception

    user = made(office.admin, "authority", Role.AUDITOR, office)
    browser = Browser(office.client)
    new = office.admin.post(f"{user}/password-reset").json()["temporary_password"]
    browser.sign_in("authority", new)
    browser.post("/password", {"current": new, "new": PASSWORD}).raise_for_status()
    assert kaohe("grant", "authority", "--service-center", "XB") is None
    expect_problem(browser.get("/v1/me"), 401, "unauthenticated")
    browser.sign_in("authority")
    contracts = {last_part(office.contract("XA-1")), last_part(elsewhere.contract("XB-1"))}
    assert {contract["id"] for contract in browser.get("/v1/contracts").json()["items"]} == contracts
    expect_problem(browser.post(f"{USERS}", person_body("p", Role.AUDITOR, office)), 403, "forbidden")
    expect_problem(office.admin.post(f"{user}/disabling", {"reason": "试"}), 403, "beyond-own-centers")
    assert kaohe("withdraw", "authority", "--service-center", "XA") is None
    expect_problem(office.admin.get(user), 404, "not-found")
    assert isinstance(kaohe("withdraw", "authority", "--service-center", "XB"), Invalid)
    assert kaohe("disable", "authority", "--reason", "已调离") is None
    expect_problem(browser.sign_in("authority"), 401, "sign-in-refused")
    assert isinstance(kaohe("grant", "nobody", "--service-center", "XB"), NotFound)
    # What they do themselves, such as changing the password, is told to no center.
    told = elsewhere.auditor.items("/v1/audit-events", subject_kind="user", service_center_id=str(elsewhere.center))
    acts = [act["action"] for act in told]
    assert acts == ["user.granted", "user.withdrawn", "user.disabled"]
    with office.database.read() as session:
        assert verify_database(session, {}).bad == []

"""People come in by name and password, and their sessions end when they must."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import update
from sqlmodel import col, select

from app.api.cookies import COOKIE, CSRF_HEADER
from app.clock import now, today
from app.features.access import forgetting, passwords, sessions, sign_in
from app.features.access import service as access
from app.features.access.passwords import TooBusy, Turns
from app.features.access.sign_in_rules import SignInRules
from app.features.audit.actor import OPERATOR
from app.features.audit.service import recording
from app.features.audit.verify import verify_database
from app.models import Grant, Principal, SignInFailures, User, UserSession
from app.models.words import Language, Role, SessionEnd
from app.settings import Settings
from tests.api.asking import expect_problem
from tests.office import Office
from tests.people import OTHER, PASSWORD, Browser, person

MONDAY = datetime(2024, 3, 4, 1, 0, tzinfo=UTC)
RULES = SignInRules.of(Settings())
WRONG = "Not-2024-the-chuangkou"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock on a Monday morning."""
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def browser(office: Office) -> Browser:
    """Give a browser in which nobody has signed in, at an office where a supervisor may."""
    person(office.database, "li", Role.SUPERVISOR, [office.center])
    return Browser(office.client)


def _fail(browser: Browser, name: str, times: int = RULES.failures) -> None:
    for _ in range(times):
        assert Browser(browser.client).sign_in(name, WRONG).status_code == 401


def test_a_person_signs_in_works_and_signs_out(browser: Browser, office: Office) -> None:
    """The cookie is kept from scripts and other hosts; what it opens ends with the signing out."""
    answer = browser.sign_in("li")
    assert answer.status_code == 200, answer.text
    given = answer.headers["set-cookie"]
    assert given.startswith(f"{COOKIE}=kaohe_")
    assert {"HttpOnly", "Path=/", "SameSite=strict", "Secure"} == set(given.split("; ")[1:])
    said = answer.json()
    assert (said["name"], said["role"], said["password_change_due"]) == ("li", "supervisor", False)
    assert said["expires_at"] == "2024-03-04T13:00:00Z"
    assert browser.get("/session").json() == said
    assert browser.get("/v1/me").json()["principal"] == "li"
    assert browser.post("/v1/contracts", office.contract_body()).status_code == 201
    old = browser.cookie
    assert browser.post("/sign-out").status_code == 204
    assert browser.cookie is None
    expect_problem(browser.get("/v1/me"), 401, "unauthenticated")
    browser.cookie = old
    expect_problem(browser.get("/v1/me"), 401, "unauthenticated")
    assert browser.post("/sign-out").status_code == 204
    with office.database.read() as session:
        assert verify_database(session, {}).bad == []


def test_who_does_not_come_in_is_not_told_why(browser: Browser, office: Office) -> None:
    """Unknown, wrong, disabled, without a password, with one that lapsed, of a machine: one and the same answer."""
    database = office.database
    disabled = person(database, "former", Role.FINANCE, [office.center])
    person(database, "new", Role.FINANCE, [office.center], password=None)
    person(database, "late", Role.FINANCE, [office.center], must_change=True, set_at=now() - sign_in.TEMPORARY_LASTS)
    _change(office, disabled, disabled_at=now())
    asked = {"nobody": PASSWORD, "li": WRONG, "former": PASSWORD, "new": PASSWORD, "late": PASSWORD}
    asked |= {f"supervisor-{office.code}": PASSWORD}
    answers = [browser.sign_in(name, password) for name, password in asked.items()]
    assert {answer.status_code for answer in answers} == {401}
    assert len({str(answer.json() | {"request_id": ""}) for answer in answers}) == 1
    assert answers[0].json()["code"] == "sign-in-refused"


@pytest.mark.parametrize("name", ["li", "nobody"])
def test_a_name_is_locked_after_five_failures(browser: Browser, name: str, clock: time_machine.Traveller) -> None:
    """Known or not, a name is locked for a quarter of an hour, for the right password too; others' are not."""
    _fail(browser, name)
    clock.shift(60)
    refused = expect_problem(locked := browser.sign_in(name), 429, "sign-in-locked")
    assert locked.headers["retry-after"] == str(14 * 60)
    assert name not in str(refused)
    assert browser.sign_in("li").status_code == (429 if name == "li" else 200)
    clock.shift(14 * 60)
    assert Browser(browser.client).sign_in("li").status_code == 200
    _fail(browser, name, 4)


def test_failures_are_forgotten(browser: Browser, office: Office, clock: time_machine.Traveller) -> None:
    """By a success, by a quarter of an hour, and by an administrator."""
    _fail(browser, "li", 4)
    assert browser.sign_in("li").status_code == 200
    _fail(browser, "li", 4)
    clock.shift(15 * 60)
    _fail(browser, "li", 5)
    with office.database.write() as session:
        assert sign_in.unlock(session, "li")
        assert not sign_in.unlock(session, "li")
    assert browser.sign_in("li").status_code == 200


@pytest.mark.usefixtures("browser")
def test_every_failure_of_many_at_once_counts(office: Office) -> None:
    """Of ten guesses at one moment five are tried, and the name is locked."""
    at_once, together = 10, threading.Barrier(10)

    def guess(_: int) -> str:
        together.wait()
        return str(sign_in.attempt(office.database, RULES, "li", WRONG).verdict)

    with ThreadPoolExecutor(at_once) as pool:
        verdicts = list(pool.map(guess, range(at_once)))
    assert sorted(verdicts) == ["locked"] * 5 + ["wrong"] * 5
    with office.database.read() as session:
        assert session.exec(select(SignInFailures.failures)).one() == RULES.failures


def test_a_session_ends_by_itself(browser: Browser, clock: time_machine.Traveller) -> None:
    """After a quarter of an hour without a request, and after twelve hours however busy it is."""
    browser.sign_in("li")
    clock.shift(15 * 60 - 1)
    assert browser.get("/v1/me").status_code == 200
    clock.shift(15 * 60)
    expect_problem(browser.get("/v1/me"), 401, "unauthenticated")
    browser.sign_in("li")
    for _ in range(60):
        clock.shift(12 * 60)
        expected = 200 if now() < MONDAY + timedelta(minutes=30, hours=12) - timedelta(seconds=1) else 401
        assert browser.get("/session").status_code == expected
    assert browser.get("/session").status_code == 401


def test_a_session_is_noted_once_a_minute(browser: Browser, office: Office, clock: time_machine.Traveller) -> None:
    """Reading does not write each time."""
    browser.sign_in("li")
    seen = []
    for seconds in (59, 1, 59, 1):
        clock.shift(seconds)
        assert browser.get("/v1/me").status_code == 200
        with office.database.read() as session:
            seen.append(int((session.exec(select(UserSession.last_seen_at)).one() - MONDAY).total_seconds()))
    assert seen == [0, 60, 60, 120]


def test_old_failures_and_sessions_are_forgotten(
    browser: Browser, office: Office, clock: time_machine.Traveller
) -> None:
    """Whoever makes up names cannot fill the database; what is still good stays."""
    browser.sign_in("li")
    browser.sign_in("nobody")

    def kept(days: int) -> tuple[int, int]:
        clock.move_to(MONDAY + timedelta(days=days))
        with office.database.write() as session:
            forgetting.forget(session, today())
            return len(session.exec(select(SignInFailures)).all()), len(session.exec(select(UserSession)).all())

    assert [kept(days) for days in (1, 3, 183, 185)] == [(1, 1), (0, 1), (0, 1), (0, 0)]


def test_a_change_needs_the_token_of_its_own_session(browser: Browser, office: Office) -> None:
    """Missing, wrong, of another session, or sent for a page of another host: refused, and nothing was done."""
    browser.sign_in("li")
    second = Browser(browser.client)
    second.sign_in("li")
    body = office.contract_body()
    for headers in (
        {CSRF_HEADER: ""},
        {CSRF_HEADER: "0" * 64},
        {CSRF_HEADER: second.csrf},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        expect_problem(browser.post("/v1/contracts", body, **headers), 403, "csrf-failed")
    expect_problem(browser.post("/sign-out", Origin="https://evil.example"), 403, "csrf-failed")
    expect_problem(browser.post("/sign-out", None, **{CSRF_HEADER: second.csrf}), 403, "csrf-failed")
    expect_problem(Browser(browser.client).sign_in("li", Origin="https://evil.example"), 403, "csrf-failed")
    assert browser.get("/v1/contracts").json()["items"] == []
    assert browser.post("/v1/contracts", body, Origin="https://testserver").status_code == 201
    assert office.supervisor.get("/v1/contracts").json()["items"] != []


def test_a_session_is_never_taken_over(browser: Browser, office: Office) -> None:
    """Whatever cookie comes, signing in gives a new one, and ends the session that the browser had."""
    browser.cookie = planted = "kaohe_" + "A" * 51
    assert browser.sign_in("li").status_code == 200
    assert browser.cookie not in {None, planted}
    first = browser.cookie
    assert browser.sign_in("li").status_code == 200
    assert browser.cookie != first
    second, browser.cookie = browser.cookie, first
    expect_problem(browser.get("/session"), 401, "unauthenticated")
    browser.cookie = second
    assert browser.get("/session").status_code == 200
    with office.database.read() as session:
        assert session.exec(select(UserSession.end_reason)).all() == [SessionEnd.SIGNED_IN_AGAIN, None]


def test_what_was_taken_away_is_gone_with_the_next_request(browser: Browser, office: Office) -> None:
    """A role, a service center, the account: a session that goes on has no more than the person has now."""
    browser.sign_in("li")
    contract = office.contract()
    assert browser.get(contract).status_code == 200
    principal = _of(office, "li")
    _change(office, principal, role=Role.FINANCE)
    expect_problem(browser.post("/v1/contracts", office.contract_body("XA-2")), 403, "forbidden")
    with office.database.write() as session:
        own = (Grant, col(Grant.principal_id) == principal)
        with recording(session, OPERATOR, None, "principal.revoked", principal, own):
            session.delete(session.get_one(Grant, (principal, office.center)))
    expect_problem(browser.get(contract), 404, "not-found")
    _change(office, principal, disabled_at=now())
    expect_problem(browser.get("/v1/me"), 401, "unauthenticated")
    expect_problem(browser.get("/session"), 401, "unauthenticated")
    _change(office, principal, disabled_at=None)
    with office.database.write() as session:
        assert sessions.end_all(session, principal, SessionEnd.ROLE_CHANGED, now()) == 1
        assert sessions.end_all(session, principal, SessionEnd.ROLE_CHANGED, now()) == 0
    expect_problem(browser.get("/v1/me"), 401, "unauthenticated")


def test_a_disabled_principals_token_opens_nothing(office: Office) -> None:
    """Not only people are disabled."""
    assert office.finance.get("/v1/me").status_code == 200
    _change(office, _of(office, f"finance-{office.code}"), disabled_at=now())
    expect_problem(office.finance.get("/v1/me"), 401, "unauthenticated")


def test_a_secret_is_taken_from_its_own_place_only(
    browser: Browser, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Not from a query string, where it would be logged; not two at once; neither in the place of the other."""
    browser.sign_in("li")
    secret, token = browser.cookie, office.supervisor.token
    for path in ("/v1/me", "/session"):
        for name in ("token", "access_token", COOKIE):
            refused = browser.get(f"{path}?{name}={secret}")
            expect_problem(refused, 400, "bad-request")
            assert str(secret) not in refused.text
    expect_problem(office.client.get("/v1/me", params={"token": token}), 401, "unauthenticated")
    expect_problem(office.client.post("/sign-in?name=li", json={"name": "li", "password": "x"}), 400, "bad-request")
    both = {"Authorization": f"Bearer {token}"}
    for path in ("/v1/me", "/session"):
        expect_problem(browser.get(path, **both), 400, "two-credentials")
    expect_problem(browser.sign_in("li", **both), 400, "two-credentials")
    expect_problem(browser.post("/sign-out", None, **both), 400, "two-credentials")
    assert (browser.cookie, browser.get("/session").status_code) == (secret, 200)
    bearer = {"Authorization": f"Bearer {secret}"}
    expect_problem(office.client.get("/v1/me", headers=bearer), 401, "unauthenticated")
    browser.cookie = token
    expect_problem(browser.get("/v1/me"), 401, "unauthenticated")
    said = caplog.text
    assert str(secret) not in said
    assert token not in said
    assert PASSWORD not in said


def test_a_given_password_is_changed_before_anything_else(office: Office) -> None:
    """It opens only the changing of itself, and the signing out."""
    with office.database.write() as session:
        given = access.create_principal(session, OPERATOR, "wang", Role.FINANCE, [office.center])
        user = User(
            principal_id=given,
            display_name="王会计",
            language=Language.CHINESE,
            must_change=False,
            created_at=now(),
            updated_at=now(),
        )
        with recording(session, OPERATOR, None, "user.created", given, *passwords.touched(given)):
            session.add(user)
            session.flush()
            temporary = passwords.give_temporary(session, given, now())
    browser = Browser(office.client)
    assert browser.sign_in("wang", temporary).json()["password_change_due"] is True
    expect_problem(browser.get("/v1/me"), 403, "password-change-due")
    expect_problem(browser.get(f"/v1/contracts/{given}"), 403, "password-change-due")
    assert browser.post("/password", {"current": temporary, "new": PASSWORD}).status_code == 204
    assert browser.get("/v1/me").status_code == 200
    assert browser.get("/session").json()["password_change_due"] is False
    expect_problem(Browser(office.client).sign_in("wang", temporary), 401, "sign-in-refused")
    with office.database.read() as session:
        assert verify_database(session, {}).bad == []


def test_a_password_is_changed(browser: Browser, clock: time_machine.Traveller) -> None:
    """By who knows it, to one that the profile allows; the person's other sessions end, this one goes on."""
    browser.sign_in("li")
    other = Browser(browser.client)
    other.sign_in("li")
    wrong = expect_problem(browser.post("/password", {"current": WRONG, "new": OTHER}), 422, "current-password-wrong")
    assert wrong["errors"][0]["pointer"] == "/current"
    refused = browser.post("/password", {"current": PASSWORD, "new": "li"})
    faults = expect_problem(refused, 422, "password-refused")["errors"]
    assert {fault["code"] for fault in faults} == {"password-too-short", "password-too-plain", "password-blocked"}
    assert {fault["pointer"] for fault in faults} == {"/new"}
    again = expect_problem(browser.post("/password", {"current": PASSWORD, "new": PASSWORD}), 422, "password-refused")
    assert again["errors"][0]["code"] == "password-reused"
    assert browser.post("/password", {"current": PASSWORD, "new": OTHER}).status_code == 204
    assert browser.get("/session").status_code == 200
    expect_problem(other.get("/session"), 401, "unauthenticated")
    expect_problem(other.sign_in("li"), 401, "sign-in-refused")
    clock.shift(timedelta(days=90))
    assert browser.sign_in("li", OTHER).json()["password_change_due"] is True
    expect_problem(browser.get("/v1/me"), 403, "password-change-due")


def test_a_password_comes_again_after_five_others(office: Office) -> None:
    """等保 remembers five, the present one included; the oldest are forgotten."""
    principal = person(office.database, "li", Role.SUPERVISOR, [office.center])
    with office.database.write() as session:
        for number in range(6):
            touched = passwords.touched(principal)
            with recording(session, OPERATOR, None, "user.password_changed", principal, *touched):
                passwords.replace(session, principal, passwords.hashed(f"Han-{number}-yi"), now(), must_change=False)
        user = session.get_one(User, principal)
        had = [passwords.was_had(session, RULES.policy, user, f"Han-{number}-yi") for number in range(6)]
        assert had == [False, True, True, True, True, True]
    with office.database.read() as session:
        assert verify_database(session, {}).bad == []


def test_a_session_cannot_guess_the_password(browser: Browser) -> None:
    """A wrong current password counts as a failed sign-in."""
    browser.sign_in("li")
    for _ in range(RULES.failures):
        expect_problem(browser.post("/password", {"current": WRONG, "new": OTHER}), 422, "current-password-wrong")
    expect_problem(browser.post("/password", {"current": PASSWORD, "new": OTHER}), 429, "sign-in-locked")


def test_an_older_hash_is_renewed_when_its_password_comes(browser: Browser, office: Office) -> None:
    """Parameters are raised without anybody noticing."""
    weak = Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    principal = _of(office, "li")
    touched = passwords.touched(principal)
    with office.database.write() as session, recording(session, OPERATOR, None, "user.changed", principal, *touched):
        session.get_one(User, principal).password_hash = weak
    assert browser.sign_in("li").status_code == 200
    with office.database.read() as session:
        assert "$m=19456,t=2,p=1$" in str(session.get_one(User, principal).password_hash)
        assert verify_database(session, {}).bad == []
    assert browser.sign_in("li").status_code == 200


def test_too_many_at_once_are_told_to_come_again() -> None:
    """Some are served, some wait, and whoever comes after them is refused without waiting."""
    turns = Turns(at_once=1, waiting=0)
    with turns.turn(), pytest.raises(TooBusy), turns.turn():
        pass
    with turns.turn():
        assert TooBusy().retry_after == 5


def _of(office: Office, name: str) -> uuid.UUID:
    with office.database.read() as session:
        return session.exec(select(Principal.id).where(Principal.name == name)).one()


def _change(office: Office, principal: uuid.UUID, **values: object) -> None:
    with office.database.write() as session:
        own = (Principal, col(Principal.id) == principal)
        with recording(session, OPERATOR, None, "principal.changed", principal, own):
            session.execute(update(Principal).where(own[1]).values(**values))

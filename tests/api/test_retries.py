"""A retried request never acts twice: one key, one effect, one answer."""

from datetime import timedelta

import pytest
import time_machine

from app import clock
from app.database import Database
from app.features.idempotency import service as idempotency
from tests.api.asking import expect_problem
from tests.nights import every_row
from tests.office import Office

KEY = "6f1c0e0a-1"
BODY = {"issue_type": "leaving_post", "occurred_on": "2023-02-14"}


def test_the_same_key_and_body_give_the_first_answer_again(office: Office, database: Database) -> None:
    """Status, body, Location and ETag are the first ones; nothing else happens."""
    findings = f"{office.contract()}/findings"
    first = office.supervisor.call("POST", findings, json=BODY, headers={"Idempotency-Key": KEY})
    before = every_row(database)
    again = office.supervisor.call("POST", findings, json=BODY, headers={"Idempotency-Key": KEY})
    assert (again.status_code, again.content) == (201, first.content)
    for name in ("location", "etag", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert every_row(database) == before


def test_members_in_another_order_are_the_same_request(office: Office) -> None:
    """The fingerprint is of the canonical body."""
    findings = f"{office.contract()}/findings"
    first = office.supervisor.call("POST", findings, json=BODY, headers={"Idempotency-Key": KEY})
    turned = dict(reversed(BODY.items()))
    again = office.supervisor.call("POST", findings, json=turned, headers={"Idempotency-Key": KEY})
    assert again.json()["id"] == first.json()["id"]


def test_another_body_or_path_under_the_same_key_is_refused(office: Office, database: Database) -> None:
    """A key stands for one request."""
    contract = office.contract()
    office.supervisor.call("POST", f"{contract}/findings", json=BODY, headers={"Idempotency-Key": KEY})
    before = every_row(database)
    other = BODY | {"occurred_on": "2023-02-15"}
    answer = office.supervisor.call("POST", f"{contract}/findings", json=other, headers={"Idempotency-Key": KEY})
    expect_problem(answer, 422, "idempotency-key-reused", "/header/Idempotency-Key")
    answer = office.supervisor.call("POST", "/v1/vendors", json=BODY | {}, headers={"Idempotency-Key": KEY})
    assert answer.status_code == 422
    assert every_row(database) == before


def test_keys_are_each_principals_own(office: Office) -> None:
    """Two people may use the same key for different requests."""
    contract = office.contract()
    mine = office.supervisor.call("POST", f"{contract}/findings", json=BODY, headers={"Idempotency-Key": KEY})
    body = {"service_center_id": str(office.center), "name": "另一公司"}
    theirs = office.admin.call("POST", "/v1/vendors", json=body, headers={"Idempotency-Key": KEY})
    assert (mine.status_code, theirs.status_code) == (201, 201)


def test_a_refusal_is_not_kept(office: Office) -> None:
    """What was refused changed nothing; the same key and body are judged afresh once the reason is gone."""
    contract = office.contract()
    month = f"{contract}/assessments/2023-01"
    headers = {"Idempotency-Key": KEY}
    refused = office.supervisor.call("POST", f"{month}/finalization", json={"final_on": "2023-02-10"}, headers=headers)
    expect_problem(refused, 409, "nothing-to-finalize")
    office.assess(contract, "2023-01", "95.00", "2023-02-06")
    done = office.supervisor.call("POST", f"{month}/finalization", json={"final_on": "2023-02-10"}, headers=headers)
    assert done.status_code == 200, done.text


def test_a_retry_is_answered_though_its_etag_is_stale_by_its_own_effect(office: Office) -> None:
    """Whoever retries has seen the version before its own change."""
    contract = office.contract()
    month = f"{contract}/assessments/2023-01"
    office.assess(contract, "2023-01", "95.00", "2023-02-06")
    seen = office.supervisor.get(month).headers["etag"]
    headers = {"Idempotency-Key": KEY, "If-Match": seen}
    body = {"final_on": "2023-02-10"}
    first = office.supervisor.call("POST", f"{month}/finalization", json=body, headers=headers)
    again = office.supervisor.call("POST", f"{month}/finalization", json=body, headers=headers)
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)


def test_a_key_is_kept_for_35_days_and_then_free(office: Office, database: Database) -> None:
    """After a month's cycle the key may be used anew; a nightly chore deletes it."""
    findings = f"{office.contract()}/findings"
    first = office.supervisor.call("POST", findings, json=BODY, headers={"Idempotency-Key": KEY})
    with time_machine.travel(clock.now() + timedelta(days=34, hours=23), tick=False):
        again = office.supervisor.call("POST", findings, json=BODY, headers={"Idempotency-Key": KEY})
        assert again.json()["id"] == first.json()["id"]
    with time_machine.travel(clock.now() + timedelta(days=35, seconds=1), tick=False):
        anew = office.supervisor.call("POST", findings, json=BODY, headers={"Idempotency-Key": KEY})
        assert (anew.status_code, anew.json()["id"] != first.json()["id"]) == (201, True)
    with database.write() as session:
        kept = idempotency.forget(session, clock.today() + timedelta(days=34))
        assert kept == 0
        assert idempotency.forget(session, clock.today() + timedelta(days=72)) > 0


@pytest.mark.parametrize("key", ["", "a b", "密钥".encode().decode("latin-1"), "k" * 256, "tab\tkey"])
def test_a_key_that_is_none_is_refused(office: Office, key: str) -> None:
    """1 to 255 visible ASCII characters."""
    findings = f"{office.contract()}/findings"
    answer = office.supervisor.call("POST", findings, json=BODY, headers={"Idempotency-Key": key.encode("latin-1")})
    expect_problem(answer, 400, "idempotency-key-malformed", "/header/Idempotency-Key")


def test_two_keys_are_none(office: Office) -> None:
    """Nobody could say which of them it was."""
    findings = f"{office.contract()}/findings"
    headers = [
        ("Authorization", f"Bearer {office.supervisor.token}"),
        ("Idempotency-Key", "a"),
        ("Idempotency-Key", "b"),
    ]
    answer = office.client.post(findings, json=BODY, headers=headers)
    expect_problem(answer, 400, "idempotency-key-malformed", "/header/Idempotency-Key")


CHANGES = [
    ("assessments/2023-01/finalization", {}),
    ("assessments/2023-01/notice", {"notified_on": "2023-02-10"}),
    ("assessments/2023-01/revisions", {"reason": "更正"}),
    ("assessments/2023-01/appeal-decision", {}),
    ("amendments", {}),
    ("closing", {"closed_on": "2023-12-31"}),
]


@pytest.mark.parametrize(("path", "body"), CHANGES, ids=[path for path, _ in CHANGES])
def test_a_change_of_state_needs_a_key_and_an_etag(office: Office, path: str, body: dict[str, str]) -> None:
    """400 without the key, whatever the body says; 428 without the ETag, once the body is valid."""
    contract = office.contract()
    keyless = office.supervisor.call("POST", f"{contract}/{path}", json=body, headers={"Idempotency-Key": None})
    expect_problem(keyless, 400, "idempotency-key-missing", "/header/Idempotency-Key")
    if path.endswith(("finalization", "notice", "closing", "revisions")):
        blind = office.supervisor.call("POST", f"{contract}/{path}", json=body, headers={"If-Match": None})
        expect_problem(blind, 428, "precondition-required", "/header/If-Match")


def test_a_job_run_is_answered_again_too(office: Office) -> None:
    """It runs in several transactions, and its answer is kept after them."""
    office.contract()
    body = {"job": "all", "as_of": "2023-03-01"}
    first = office.supervisor.call("POST", "/v1/job-runs", json=body, headers={"Idempotency-Key": KEY})
    again = office.supervisor.call("POST", "/v1/job-runs", json=body, headers={"Idempotency-Key": KEY})
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"

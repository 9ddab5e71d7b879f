"""Nobody overwrites what they have not read: ETag, If-Match, If-None-Match."""

from datetime import date

import pytest
import time_machine

from app.database import Database
from tests.api.asking import expect_problem
from tests.nights import every_row, run_nights
from tests.office import Office, without

MONTH = "2023-01"
DRAFT = {"state": "assessed", "score": {"exact": "95.00"}, "assessed_on": "2023-02-06"}


def test_a_month_is_changed_at_the_version_that_was_read(office: Office, database: Database) -> None:
    """The second of two who read the same version is told so, and changes nothing."""
    month = f"{office.contract()}/assessments/{MONTH}"
    seen = office.supervisor.get(month).headers["etag"]
    first = office.supervisor.call("PUT", month, json=DRAFT, headers={"If-Match": seen})
    assert (first.status_code, first.json()["version"]) == (200, 2)
    before = every_row(database)
    stale = office.supervisor.call("PUT", month, json=DRAFT, headers={"If-Match": seen})
    expect_problem(stale, 412, "precondition-failed", "/header/If-Match")
    assert every_row(database) == before
    again = office.supervisor.call("PUT", month, json=DRAFT, headers={"If-Match": first.headers["etag"]})
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("etag", "status"),
    [
        ('"1"', 200),
        ('"1-2024-05-06"', 200),
        ('"7", "1"', 200),
        ("*", 200),
        ('"2"', 412),
        ('W/"1"', 412),
        ("1", 400),
        ('"one"', 400),
        ('"1" "2"', 400),
        ('"99999999999999999999"', 400),
        (None, 428),
    ],
)
def test_how_an_if_match_is_read(office: Office, etag: str | None, status: int) -> None:
    """Only the version counts; a weak tag never matches a change; `*` says: whatever stands."""
    month = f"{office.contract()}/assessments/{MONTH}"
    answer = office.supervisor.call("PUT", month, json=DRAFT, headers={"If-Match": etag})
    assert answer.status_code == status, answer.text


def test_what_is_wrong_with_the_body_is_said_before_the_etag(office: Office) -> None:
    """422 comes before 428 and 412, and these before 409."""
    month = f"{office.contract()}/assessments/{MONTH}"
    bad = office.supervisor.call("PUT", month, json={"state": "perfect"}, headers={"If-Match": None})
    assert bad.status_code == 422
    stale = office.supervisor.call("POST", f"{month}/finalization", json={}, headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    early = office.supervisor.call("POST", f"{month}/finalization", json={}, headers={"If-Match": '"1"'})
    assert early.status_code == 409


def test_every_thing_that_changes_has_an_etag_that_moves(office: Office, database: Database) -> None:
    """Contract, month, finding, alert."""
    contract = office.contract()
    finding = office.finding(contract, "2023-02-14")
    run_nights(database, "2023-12-31")
    alert = f"/v1/alerts/{office.supervisor.items('/v1/alerts', kind='late_notice')[0]['id']}"
    changes = [
        (f"{contract}/assessments/{MONTH}", "PUT", "", DRAFT),
        (finding, "POST", "/withdrawal", {"reason": "误记", "withdrawn_on": "2023-03-01"}),
        (alert, "POST", "/taking-up", None),
        (alert, "POST", "/acceptance", {"reason": "已知"}),
        (contract, "POST", "/closing", {"closed_on": "2023-12-31"}),
    ]
    for thing, method, below, body in changes:
        seen = office.supervisor.get(thing).headers["etag"]
        done = office.supervisor.call(method, thing + below, json=body, headers={"If-Match": seen})
        assert done.status_code == 200, done.text
        moved = office.supervisor.get(thing).headers["etag"]
        assert moved == done.headers["etag"] != seen
        stale = office.supervisor.call(method, thing + below, json=body, headers={"If-Match": seen})
        expect_problem(stale, 412, "precondition-failed")


def test_a_reader_who_has_the_answer_is_told_so(office: Office) -> None:
    """304 without a body, for things by their version and for lists by their content."""
    contract = office.contract()
    for path in (contract, f"{contract}/assessments/{MONTH}", "/v1/assessments", "/v1/me"):
        first = office.supervisor.get(path)
        again = office.supervisor.call("GET", path, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        other = office.supervisor.call("GET", path, headers={"If-None-Match": '"other"'})
        assert (other.status_code, other.content) == (200, first.content)


def test_a_due_date_that_an_amendment_moved_is_another_answer(office: Office) -> None:
    """The month itself did not change, but what is owed for it did."""
    contract = office.contract()
    month = f"{contract}/assessments/{MONTH}"
    seen = office.supervisor.get(month).headers["etag"]
    clause = {"after": "period_end", "unit": "calendar_days", "length": 20, "roll": "none"}
    terms = without("reference") | {"notice": clause}
    body = {"effective_from": "2023-01-01", "reference": {"document": "补充协议"}, "terms": terms}
    assert office.supervisor.post(f"{contract}/amendments", body).status_code == 201
    again = office.supervisor.call("GET", month, headers={"If-None-Match": seen})
    assert (again.status_code, again.json()["notice"]["due_on"]) == (200, "2023-02-20")


def test_an_overdue_month_is_not_the_same_answer_tomorrow(office: Office) -> None:
    """Its days late run with the calendar; once it is notified they stand still."""
    contract = office.contract()
    month = f"{contract}/assessments/{MONTH}"
    with time_machine.travel(date(2023, 3, 1), tick=False):
        seen = office.supervisor.get(month).headers["etag"]
        assert office.supervisor.call("GET", month, headers={"If-None-Match": seen}).status_code == 304
    with time_machine.travel(date(2023, 3, 2), tick=False):
        assert office.supervisor.call("GET", month, headers={"If-None-Match": seen}).status_code == 200
        put = office.supervisor.call("PUT", month, json=DRAFT, headers={"If-Match": seen})
        assert put.status_code == 200


def test_a_month_is_another_answer_once_a_finding_of_it_changes(office: Office) -> None:
    """Its detail holds its findings, so that the ETag tells of them although the month itself keeps its version."""
    contract = office.contract()
    month = f"{contract}/assessments/{MONTH}"
    bare = office.supervisor.get(month)
    later = office.finding(contract, "2023-01-20")
    earlier = office.finding(contract, "2023-01-10")
    held = office.supervisor.get(month)
    assert [f"{contract}/findings/{told['id']}" for told in held.json()["findings"]] == [earlier, later]
    withdrawn = office.supervisor.call("POST", f"{later}/withdrawal", json={"reason": "重复记录"})
    assert withdrawn.status_code == 200, withdrawn.text
    after = office.supervisor.get(month)
    assert [told["withdrawn_reason"] for told in after.json()["findings"]] == [None, "重复记录"]
    assert len({bare.headers["etag"], held.headers["etag"], after.headers["etag"]}) == 3
    assert len({answer.json()["version"] for answer in (bare, held, after)}) == 1

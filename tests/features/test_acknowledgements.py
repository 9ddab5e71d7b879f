"""After the notice: what is owed by when, its acknowledgement, given or deemed given, and what a revision moves."""

from typing import Any

import pytest
import time_machine

from tests.api.asking import expect_problem, last_part
from tests.nights import every_row
from tests.office import TERMS, Office
from tests.years import amend


def _limit(days: int) -> dict[str, Any]:
    return {"after": "notice", "unit": "working_days", "length": days, "roll": "none"}


ANSWERS = {"acknowledgement": _limit(2), "appeal": _limit(3), "rectification": _limit(5)}
GIVEN = ("acknowledgement", "appeal", "rectification")


def _notified(office: Office, terms: dict[str, Any]) -> str:
    """Notify August on Wednesday, 13 September, with one standing finding and one that was withdrawn before."""
    contract = office.contract(terms=TERMS | terms)
    office.finding(contract, "2023-08-03")
    withdrawn = office.finding(contract, "2023-08-04", "late_opening")
    office.supervisor.post(f"{withdrawn}/withdrawal", {"withdrawn_on": "2023-08-07", "reason": "误记"})
    office.assess(contract, "2023-08", "88.00", "2023-09-10")
    office.finalize(contract, "2023-08", "2023-09-10")
    office.notify(contract, "2023-08", "2023-09-13", "8号")
    return contract


@pytest.fixture
def contract(office: Office) -> str:
    """Give a contract whose August is notified."""
    return _notified(office, ANSWERS)


def _portal(office: Office) -> str:
    (month,) = office.vendor_portal.items("/v1/portal/assessments")
    return f"/v1/portal/assessments/{month['id']}"


def _owed(office: Office, contract: str, **query: Any) -> list[tuple[Any, ...]]:
    rows = office.supervisor.items(f"{contract}/due-dates", **query)
    found = [row for row in rows if row["kind"] in GIVEN]
    return sorted((row["kind"], row["due_on"], row["met_on"], row["superseded_because"]) for row in found)


def test_a_notice_gives_the_vendor_its_due_dates(office: Office, contract: str) -> None:
    """Working days after the notice; one rectification for each standing finding, none for what is withdrawn."""
    assert _owed(office, contract) == [
        ("acknowledgement", "2023-09-15", None, None),
        ("appeal", "2023-09-18", None, None),
        ("rectification", "2023-09-20", None, None),
    ]


def test_terms_that_state_no_limit_give_none(office: Office) -> None:
    """The answer may come whenever it comes, and says that no limit is stated."""
    contract = _notified(office, {})
    assert _owed(office, contract) == []
    given = office.vendor_portal.post(f"{_portal(office)}/acknowledgement")
    assert (given.status_code, given.json()["due"], given.json()["appeal"]) == (201, None, None)
    assert (given.json()["standing"], given.json()["deemed_on"], given.json()["rectifications"]) == ("given", None, [])


@time_machine.travel("2023-09-15T15:59:59.999Z", tick=False)
def test_an_acknowledgement_names_what_else_is_due(office: Office, contract: str) -> None:
    """Once, by whom and when; it meets its due date and says by which rule the other answers are counted."""
    month = _portal(office)
    answer = office.vendor_portal.post(f"{month}/acknowledgement")
    assert answer.status_code == 201, answer.text
    given = answer.json()
    assert (given["standing"], given["acknowledged_at"], given["acknowledged_by"], given["deemed_on"]) == (
        "given",
        "2023-09-15T15:59:59.999000Z",
        "vendor-XA",
        None,
    )
    assert given["appeal"]["due_on"] == "2023-09-18"
    assert given["appeal"]["steps"][0] == 'The event "notice" was on 2023-09-13.'
    assert [due["due_on"] for due in given["rectifications"]] == ["2023-09-20"]
    assert _owed(office, contract)[0] == ("acknowledgement", "2023-09-15", "2023-09-15", None)
    shown = office.auditor.get(f"{contract}/assessments/2023-08").json()["acknowledgement"]
    assert (shown["standing"], shown["acknowledged_by"]) == ("given", "vendor-XA")
    expect_problem(office.vendor_portal.post(f"{month}/acknowledgement"), 409, "already-acknowledged")


def test_past_its_due_date_it_is_deemed_given(office: Office, contract: str) -> None:
    """Without a night, and for both doors alike; a later one is recorded all the same, and says so."""
    month, ours = f"{_portal(office)}/acknowledgement", f"{contract}/assessments/2023-08"
    for now, standing, deemed_on in (
        ("2023-09-15T15:59:59Z", "awaited", None),
        ("2023-09-15T16:00:00Z", "deemed", "2023-09-16"),
    ):
        with time_machine.travel(now, tick=False):
            for read in (office.vendor_portal.get(month).json(), office.auditor.get(ours).json()["acknowledgement"]):
                assert (read["standing"], read["deemed_on"], read["acknowledged_at"]) == (standing, deemed_on, None)
    with time_machine.travel("2023-10-09T02:00:00Z", tick=False):
        given = office.vendor_portal.post(month).json()
    assert (given["standing"], given["deemed_on"]) == ("given", "2023-09-16")
    assert _owed(office, contract, state="late")[0][:3] == ("acknowledgement", "2023-09-15", "2023-10-09")


def test_a_corrected_notice_moves_what_it_gave(office: Office, contract: str) -> None:
    """What was met stays met; the old dates stay readable. A number put right moves nothing."""
    with time_machine.travel("2023-09-14T02:00:00Z", tick=False):
        office.vendor_portal.post(f"{_portal(office)}/acknowledgement")
    month = f"{contract}/assessments/2023-08"
    for notified_on, document_no in (("2023-09-13", "9号"), ("2023-09-18", "9号")):
        notice = {"notified_on": notified_on, "document_no": document_no}
        body = {"reason": "更正", "revised_on": "2023-09-19", "notice": notice}
        assert office.supervisor.post(f"{month}/revisions", body).status_code == 201
    assert _owed(office, contract) == [
        ("acknowledgement", "2023-09-20", "2023-09-14", None),
        ("appeal", "2023-09-21", None, None),
        ("rectification", "2023-09-25", None, None),
    ]
    assert {row[3] for row in _owed(office, contract, superseded=True)} == {None, "notice_revised"}
    assert len(_owed(office, contract, superseded=True)) == 6


def test_findings_that_come_or_go_take_their_rectification_with_them(office: Office, contract: str) -> None:
    """Added by a revision: counted from its day. Withdrawn: waived. An amendment moves nothing of this."""
    month = f"{contract}/assessments/2023-08"
    added = [{"issue_type": "late_opening", "occurred_on": "2023-08-21"}]
    body = {"reason": "补登", "revised_on": "2023-09-25", "added_findings": added}
    assert office.supervisor.post(f"{month}/revisions", body).status_code == 201
    standing = [row for row in _owed(office, contract) if row[0] == "rectification"]
    assert [row[1] for row in standing] == ["2023-09-20", "2023-10-08"]
    first = next(f for f in office.supervisor.items(f"{contract}/findings") if f["occurred_on"] == "2023-08-03")
    path = f"{contract}/findings/{first['id']}/withdrawal"
    assert office.supervisor.post(path, {"withdrawn_on": "2023-09-26", "reason": "误记"}).status_code == 200
    clauses = {name: _limit(1) for name in ANSWERS}
    assert amend(office, contract, "2023-01-01", "2023-10-01", **clauses).status_code == 201
    assert [row for row in _owed(office, contract, superseded=True) if row[0] == "rectification"] == [
        ("rectification", "2023-09-20", None, "finding_withdrawn"),
        ("rectification", "2023-10-08", None, None),
    ]


def test_each_act_tells_whom_it_concerns(office: Office, contract: str) -> None:
    """The notice and each due rectification to the vendor, the acknowledgement to the center."""
    office.vendor_portal.post(f"{_portal(office)}/acknowledgement")
    events = every_row(office.database)["events"]
    told = sorted((event["stream"].value, event["type"]) for event in events)
    assert told == [
        ("center", "acknowledgement.given"),
        ("center", "assessment.notified"),
        ("vendor", "assessment.notified"),
        ("vendor", "rectification.due"),
    ]
    assert last_part(contract) in {str(event["contract_id"]) for event in events}

"""Key posts: named by the terms, held from day to day, flagged while they are vacant past their due date."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from httpx2 import Response

from app.database import Database
from app.features.audit.verify import verify_database
from tests.api.asking import expect_problem
from tests.nights import alerts, run_nights
from tests.office import TERMS, Office, Person

DUE = {"after": "vacated", "unit": "calendar_days", "length": 10, "roll": "none"}
POSTED = TERMS | {"key_posts": [{"post": "manager", "name": "项目经理", "due": DUE}]}


@contextmanager
def _on(day: str) -> Iterator[None]:
    with time_machine.travel(f"{day}T04:00:00Z", tick=False):
        yield


def _held(holder: str, day: str, post: str = "manager") -> dict[str, str]:
    return {"post": post, "holder": holder, "held_from": day}


def _left(day: str, post: str = "manager") -> dict[str, str]:
    return {"post": post, "vacated_on": day}


def _tell(who: Person, contract: str, *changes: dict[str, str]) -> Response:
    door = "/v1/portal/contracts" if who.get("/v1/portal/me").status_code == 200 else "/v1/contracts"
    return who.put(f"{door}/{contract.rsplit('/', 1)[1]}/key-posts", {"changes": list(changes)})


def _told(who: Person, contract: str, *changes: dict[str, str]) -> dict[str, Any]:
    answer = _tell(who, contract, *changes)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _owed(office: Office, contract: str) -> list[tuple[str, str, str | None]]:
    found = office.supervisor.items(f"{contract}/due-dates", kind="key_post")
    return [(due["subject"], due["due_on"], due["met_on"]) for due in found]


def _vacant(database: Database, number: str = "XA-2023") -> list[tuple[Any, ...]]:
    found = [alert for alert in alerts(database) if (alert["kind"], alert["number"]) == ("key_post_vacant", number)]
    return [(alert["subject"], str(alert["since"]), str(alert["until"]), alert["facts"]) for alert in found]


def test_a_vacancy_is_owed_until_somebody_is_named(office: Office) -> None:
    """From the contract's start, and again from the day on which the holder left; either side may say so."""
    contract = office.contract(terms=POSTED)
    assert _owed(office, contract) == [("manager/2023-01-01", "2023-01-11", None)]
    (post,) = office.supervisor.get(f"{contract}/key-posts").json()["posts"]
    assert (post["name"], post["holder"], post["vacant_since"], post["due_on"]) == (
        "项目经理",
        None,
        "2023-01-01",
        "2023-01-11",
    )
    _told(office.vendor_portal, contract, _held("S-017", "2023-01-05"))
    told = _told(office.supervisor, contract, _left("2023-03-01"))
    assert _owed(office, contract) == [
        ("manager/2023-01-01", "2023-01-11", "2023-01-05"),
        ("manager/2023-03-01", "2023-03-11", None),
    ]
    assert (told["version"], told["posts"][0]["vacant_since"]) == (2, "2023-03-01")
    told = _told(office.vendor_portal, contract, _held("S-018", "2023-03-09"), _held("S-019", "2023-04-01"))
    assert _owed(office, contract)[1] == ("manager/2023-03-01", "2023-03-11", "2023-03-09")
    assert (told["posts"][0]["holder"], told["posts"][0]["held_from"]) == ("S-019", "2023-04-01")
    assert [fact["holder"] for fact in told["posts"][0]["history"]] == ["S-017", None, "S-018", "S-019"]
    assert "recorded_by" not in told["posts"][0]["history"][0]
    with office.database.snapshot() as session:
        assert verify_database(session, {}).bad == []


def test_an_amendment_names_a_post_and_a_closing_ends_what_is_owed(office: Office) -> None:
    """A post that is named from July on is vacant from July on."""
    contract = office.contract(terms=POSTED)
    _told(office.vendor_portal, contract, _held("S-017", "2023-01-05"))
    terms = {name: clause for name, clause in POSTED.items() if name != "reference"}
    deputy = {"post": "deputy", "name": "副经理", "due": DUE}
    amendment = {
        "effective_from": "2023-07-01",
        "agreed_on": "2023-06-20",
        "reference": {"document": "补充协议"},
        "terms": terms | {"key_posts": [*POSTED["key_posts"], deputy]},
    }
    assert office.supervisor.post(f"{contract}/amendments", amendment).status_code == 201
    assert _owed(office, contract)[1:] == [("deputy/2023-07-01", "2023-07-11", None)]
    closing = {"closed_on": "2023-08-31", "reason": "terminated"}
    assert office.supervisor.post(f"{contract}/closing", closing).status_code == 200
    assert _owed(office, contract) == [("manager/2023-01-01", "2023-01-11", "2023-01-05")]


def test_what_cannot_have_happened_is_refused(office: Office) -> None:
    contract = office.contract(terms=POSTED)
    vendor = office.vendor_portal

    def refused(pointer: str, fault: str, *changes: dict[str, str]) -> None:
        expect_problem(_tell(vendor, contract, *changes), 422, "validation-error", pointer, fault)

    refused("/changes/0/post", "unknown-post", _held("S-1", "2023-01-05", "cook"))
    refused("/changes/0/vacated_on", "vacant-already", _left("2023-01-05"))
    refused("/changes/0/held_from", "date-outside-service", _held("S-1", "2022-12-31"))
    refused("/changes/1/vacated_on", "before-what-is-told", _held("S-1", "2023-01-05"), _left("2023-01-04"))
    refused("/changes/1/holder", "holds-it-already", _held("S-1", "2023-01-05"), _held("S-1", "2023-01-06"))
    with _on("2023-02-01"):
        refused("/changes/0/held_from", "date-in-future", _held("S-1", "2023-02-02"))
    both = _tell(vendor, contract, _held("S-1", "2023-01-05") | {"vacated_on": "2023-01-06"})
    expect_problem(both, 422, "validation-error", "/changes/0")
    # A name is no reference: nobody's personal data is recorded.
    named = _tell(vendor, contract, _held("张三", "2023-01-05"))
    expect_problem(named, 422, "validation-error", "/changes/0/holder")
    _told(vendor, contract, _held("S-1", "2023-01-05"))
    address = f"/v1/portal{contract[3:]}/key-posts"
    stale = vendor.call("PUT", address, json={"changes": [_left("2023-01-06")]}, headers={"If-Match": '"0"'})
    expect_problem(stale, 412, "precondition-failed", "/header/If-Match")
    twice = office.contract_body("XA-TWICE", terms=TERMS | {"key_posts": POSTED["key_posts"] * 2})
    answer = office.supervisor.post("/v1/contracts", twice)
    expect_problem(answer, 422, "validation-error", "/terms/key_posts/1/post", "post-twice")


STORY = [
    ("2023-01-14", _held("S-1", "2023-01-14")),
    ("2023-01-20", _left("2023-01-20")),
    ("2023-02-02", _held("S-2", "2023-02-02")),
    ("2023-02-05", _left("2023-02-05")),
    ("2023-02-09", _held("S-3", "2023-02-09")),
]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nights_in_turn_end_where_one_at_the_end_does(office: Office, database: Database) -> None:
    """Told day by day between the nights, or all at once before a single night; the contract's end closes the rest."""
    short = {"terms": POSTED, "ends_on": "2023-02-25"}
    by_night, at_once = (office.contract(number, **short) for number in ("XA-NIGHTS", "XA-ONCE"))
    last = _left("2023-02-11")
    for day in (str(date(2023, 1, 10) + timedelta(days=number)) for number in range(50)):
        with _on(day):
            for then, change in STORY:
                if then == day:
                    _told(office.vendor_portal, by_night, change)
            if day == "2023-02-12":
                _told(office.vendor_portal, by_night, last)
        if day == "2023-01-10":
            _told(office.vendor_portal, at_once, *(change for _, change in STORY), last)
        run_nights(database, day, job="flag_vacant_key_posts")
    found = _vacant(database, "XA-NIGHTS")
    assert found == _vacant(database, "XA-ONCE")
    assert [state[:3] for state in found] == [
        ("manager/2023-01-01", "2023-01-12", "2023-01-14"),
        ("manager/2023-01-20", "2023-01-31", "2023-02-02"),
        ("manager/2023-02-11", "2023-02-22", "2023-02-26"),
    ]
    assert found[2][3]["superseded_because"] == "service_ended"


def test_a_vacant_post_is_flagged_with_its_text_and_resolved_when_filled(office: Office, database: Database) -> None:
    contract = office.contract(terms=POSTED)
    run_nights(database, "2023-01-14")
    (alert,) = office.supervisor.items("/v1/alerts", kind="key_post_vacant", as_of="2023-01-14")
    assert alert["text"]["zh"] == (
        "关键岗位“项目经理”自2023-01-01起空缺，应于2023-01-11前补齐，仍无人在岗，逾期3天（2个工作日）。"
    )
    _told(office.vendor_portal, contract, _held("S-017", "2023-01-16"))
    (alert,) = office.supervisor.items("/v1/alerts", kind="key_post_vacant")
    assert (alert["status"], alert["until"], alert["facts"]["days_late"]) == ("resolved", "2023-01-16", 5)
    assert "filled on 2023-01-16" in alert["text"]["en"]


def test_a_holder_of_no_day_resolves_nothing(office: Office, database: Database) -> None:
    """Named and gone on one day, in one request or in two: refused, and the vacancy keeps its first due date."""
    contract, vendor = office.contract(terms=POSTED), office.vendor_portal
    run_nights(database, "2023-01-14")
    with _on("2023-01-15"):
        for who in (vendor, office.supervisor):
            both = _tell(who, contract, _held("S-1", "2023-01-15"), _left("2023-01-15"))
            expect_problem(both, 422, "validation-error", "/changes/1/vacated_on", "held-no-day")
    assert [state[:3] for state in _vacant(database)] == [("manager/2023-01-01", "2023-01-12", "None")]
    assert _owed(office, contract) == [("manager/2023-01-01", "2023-01-11", None)]
    _told(vendor, contract, _held("S-1", "2023-01-15"))
    alone = _tell(vendor, contract, _left("2023-01-15"))
    expect_problem(alone, 422, "validation-error", "/changes/0/vacated_on", "held-no-day")
    _told(vendor, contract, _left("2023-01-16"))
    assert _owed(office, contract) == [
        ("manager/2023-01-01", "2023-01-11", "2023-01-15"),
        ("manager/2023-01-16", "2023-01-26", None),
    ]

"""Lists give every item exactly once whatever the size of a page, and filters agree with what the items say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlmodel import col

from app.clock import BUSINESS_ZONE
from app.database import Database
from app.features.parties import service as parties
from app.models import Alert, Assessment, Contract, DueDate, Finding
from app.rules.deadlines import DueState
from tests.api.asking import filled, last_part
from tests.client import Client
from tests.nights import run_nights
from tests.office import TERMS, Office, without
from tests.proof import PROOF

TODAY = "2023-06-15"
"""The day on which the notice of May is due: not overdue before the day is over."""
LAST_NIGHT = "2023-06-14"

Items = list[dict[str, Any]]


def on(day: str) -> time_machine.travel:
    """Hold the clock at noon in Shanghai of a day."""
    return time_machine.travel(f"{day}T04:00:00Z", tick=False)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with on(TODAY):
        yield


@dataclass(frozen=True)
class Half:
    """A center in the middle of its year, and the contracts that stand there by what became of them."""

    office: Office
    database: Database
    contracts: dict[str, str]

    def items(self, path: str, **query: Any) -> Items:
        """Read a list of the center's, whole."""
        return self.office.supervisor.items(path.format(**self.contracts), **query)


@pytest.fixture(scope="module")
def half(shared_database: Database, shared_client: Client) -> Half:
    """Give half a year, recorded day by day: notices on time, late, overdue, not due; terms amended and silent."""
    with on("2023-01-01"):
        office, neighbour = Office(shared_database, shared_client), Office(shared_database, shared_client, "XB")
    contracts = _half_a_year(shared_database, office)
    with on("2023-01-05"):
        neighbour.finding(neighbour.contract(), "2023-01-05")
    with on(LAST_NIGHT):
        run_nights(shared_database, LAST_NIGHT)
        late, *_ = office.supervisor.items("/v1/alerts", kind="late_notice", status="open")
        office.supervisor.post(f"/v1/alerts/{late['id']}/taking-up").raise_for_status()
    return Half(office, shared_database, contracts)


def _half_a_year(database: Database, office: Office) -> dict[str, str]:
    with on("2023-01-02"):
        main = office.contract("XA-MAIN")
        closed = office.contract("XA-CLOSED")
        amended = office.contract("XA-AMENDED")
        with database.write() as session:
            rival = parties.create_vendor(session, office.clerk, office.center, "对手公司")
        silent = office.contract("XA-SILENT", vendor_id=str(rival), recorded_from="2023-03", terms=without("notice"))
    for day, counter in (("2023-01-10", "A-01"), ("2023-02-14", "A-01"), ("2023-03-03", "A-02")):
        with on(day):
            office.finding(main, day, counter=counter)
    with on("2023-04-20"):
        office.finding(silent, "2023-04-20", "late_opening")
        withdrawn = office.finding(main, "2023-04-19", "late_opening")
        office.supervisor.post(f"{withdrawn}/withdrawal", {"reason": "误记"}).raise_for_status()
    for contract, period, score, days in (
        (main, "2023-01", "92.50", ("2023-02-06", "2023-02-10", "2023-02-15")),
        (main, "2023-02", "79.99", ("2023-03-06", "2023-03-10", "2023-03-20")),
        (main, "2023-03", "91.00", ("2023-04-06", "2023-04-10")),
        (main, "2023-04", {"at_least": "80.00"}, ("2023-05-06",)),
        (amended, "2023-01", "95.00", ("2023-02-03", "2023-02-04", "2023-02-05")),
    ):
        _month(office, contract, period, score, *days)
    with on("2023-03-02"):
        excused = {"state": "excused", "reason": "大厅停业", "assessed_on": "2023-03-02"}
        office.supervisor.put(f"{closed}/assessments/2023-02", excused).raise_for_status()
        office.finalize(closed, "2023-02", "2023-03-02")
    with on("2023-04-01"):
        office.supervisor.post(f"{closed}/closing", {"closed_on": "2023-03-31"}).raise_for_status()
    with on("2023-05-20"):
        two_months = TERMS["notice"] | {"unit": "months", "length": 2}
        terms = without("reference") | {"notice": two_months}
        body = {"effective_from": "2023-03-01", "reference": {"document": "补充协议"}, "terms": terms}
        office.supervisor.post(f"{amended}/amendments", body).raise_for_status()
    return {"main": main, "closed": closed, "amended": amended, "silent": silent}


def _month(office: Office, contract: str, period: str, score: object, *days: str) -> None:
    """Walk a month as far as there are days: assessed, final, notified."""
    steps: list[Callable[[str], None]] = [
        lambda day: office.assess(contract, period, score, day),
        lambda day: office.finalize(contract, period, day),
        lambda day: office.notify(contract, period, day),
    ]
    for step, day in zip(steps, days, strict=False):
        with on(day):
            step(day)


# ---------------------------------------------------------------- every item exactly once

LISTS: dict[str, tuple[str, dict[str, str]]] = {
    "contracts": ("/v1/contracts", {}),
    "assessments": ("/v1/assessments", {}),
    "assessments of a contract": ("{main}/assessments", {}),
    "overdue assessments": ("/v1/assessments", {"state": "overdue"}),
    "findings": ("/v1/findings", {}),
    "findings of a contract": ("{main}/findings", {}),
    "due dates": ("/v1/due-dates", {}),
    "due dates with those replaced": ("/v1/due-dates", {"superseded": "true"}),
    "due dates of a contract": ("{amended}/due-dates", {}),
    "alerts": ("/v1/alerts", {}),
    "late alerts": ("/v1/alerts", {"kind": "late_notice"}),
    "alerts as of last night": ("/v1/alerts", {"as_of": LAST_NIGHT}),
    "alerts as of a day in March": ("/v1/alerts", {"as_of": "2023-03-20"}),
    "late alerts as of last night": ("/v1/alerts", {"as_of": LAST_NIGHT, "kind": "late_notice"}),
    "vendors": ("/v1/vendors", {}),
    "issue types": ("/v1/issue-types", {}),
    "job runs": ("/v1/job-runs", {}),
}


def key(item: dict[str, Any]) -> tuple[Any, ...]:
    """Name an item; an alert by what finds it again, since the past knows some that no job recorded."""
    if "subject" in item and "since" in item:
        return item["kind"], item["contract_id"], item["subject"]
    return (item["id"],)


SMALL = {"sqlite": 1, "postgresql": 2}
"""How many items a small page has; `make proof` tries both on each database."""


@pytest.mark.parametrize("small", [True, False], ids=["small pages", "large pages"])
@pytest.mark.parametrize(("path", "query"), LISTS.values(), ids=LISTS.keys())
def test_pages_hold_every_item_exactly_once(half: Half, path: str, query: dict[str, str], *, small: bool) -> None:
    """Pages of any size, put together, are the list; each but the last is full and links to the next."""
    whole = half.items(path, **query, limit=200)
    for limit in (SMALL.values() if PROOF else [SMALL[half.database.dialect]]) if small else [50]:
        pages = list(_pages(half, path.format(**half.contracts), query | {"limit": str(limit)}))
        found = [item for page in pages for item in page]
        assert found == whole
        assert len({key(item) for item in found}) == len(found) >= 2
        assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
        assert 1 <= len(pages[-1]) <= limit


def _pages(half: Half, path: str, query: dict[str, str]) -> Iterator[Items]:
    """Follow a list page by page, checking that the link leads where the cursor does."""
    answer = half.office.supervisor.get(path, **query)
    cursors: set[str] = set()
    while True:
        assert answer.status_code == 200, answer.text
        page = answer.json()
        yield page["items"]
        if page["next_cursor"] is None:
            assert "link" not in answer.headers
            return
        assert page["next_cursor"] not in cursors, "the pages go round in a circle"
        cursors.add(page["next_cursor"])
        link = answer.links["next"]["url"]
        assert link.startswith(f"{path}?")
        linked = half.office.supervisor.call("GET", link)
        answer = half.office.supervisor.get(path, **query, cursor=page["next_cursor"])
        assert linked.json() == answer.json()


ROWS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "/v1/contracts": (Contract, ()),
    "/v1/assessments": (Assessment, (col(Assessment.expected),)),
    "/v1/findings": (Finding, ()),
    "/v1/due-dates": (DueDate, (col(DueDate.superseded_on).is_(None),)),
    "/v1/alerts": (Alert, ()),
}


@pytest.mark.parametrize("path", ROWS)
def test_a_list_is_what_the_database_holds_of_the_center(half: Half, path: str) -> None:
    """Nothing of the center's is missing from a list, and nothing of the neighbour's is in it."""
    table, conditions = ROWS[path]
    with half.database.read() as session:
        own = select(table.id).where(table.service_center_id == half.office.center, *conditions)
        everybodys = select(table.id).where(*conditions)
        stored, all_stored = (set(session.execute(statement).scalars()) for statement in (own, everybodys))
    assert {item["id"] for item in half.items(path)} == {str(id_) for id_ in stored}
    assert stored < all_stored


def test_the_past_as_of_last_night_is_what_last_night_wrote(half: Half) -> None:
    """The computed list and the stored one hold the same alerts with the same days."""
    computed = {key(item): (item["since"], item["until"]) for item in half.items("/v1/alerts", as_of=LAST_NIGHT)}
    stored = {key(item): (item["since"], item["until"]) for item in half.items("/v1/alerts")}
    assert computed == stored
    assert {kind for kind, *_ in stored} == {"late_notice", "repeat_offence", "below_pass_mark"}


def test_what_is_made_between_two_pages_disturbs_nothing(office: Office) -> None:
    """A contract taken on while somebody reads on comes at the end, and nobody's comes twice."""
    before = [last_part(office.contract(f"XA-{number}")) for number in range(3)]
    first = office.supervisor.get("/v1/contracts", limit=2).json()
    added = last_part(office.contract("XA-NEW"))
    rest = office.supervisor.items("/v1/contracts", limit=200, cursor=first["next_cursor"])
    assert [item["id"] for item in [*first["items"], *rest]] == [*before, added]


# ---------------------------------------------------------------- filters

FILTERS: dict[str, tuple[str, str, str, Callable[[dict[str, Any]], Any]]] = {
    "contracts by number": ("/v1/contracts", "number", "XA-CLOSED", lambda item: item["number"]),
    "contracts that are closed": (
        "/v1/contracts",
        "closed",
        "true",
        lambda item: str(item["closed_on"] is not None).lower(),
    ),
    "contracts that are not": (
        "/v1/contracts",
        "closed",
        "false",
        lambda item: str(item["closed_on"] is not None).lower(),
    ),
    "months by period": ("/v1/assessments", "period", "2023-03", lambda item: item["period"]),
    "months that nobody assessed": ("/v1/assessments", "stage", "not_assessed", lambda item: item["stage"]),
    "months that are drafts": ("/v1/assessments", "stage", "draft", lambda item: item["stage"]),
    "months that are final": ("/v1/assessments", "stage", "final", lambda item: item["stage"]),
    "months that are notified": ("/v1/assessments", "stage", "notified", lambda item: item["stage"]),
    "months below the mark": ("/v1/assessments", "verdict", "below", lambda item: item["verdict"]),
    "findings by period": ("/v1/findings", "period", "2023-04", lambda item: item["period"]),
    "findings by issue type": ("/v1/findings", "issue_type", "late_opening", lambda item: item["issue_type"]),
    "findings by counter": ("/v1/findings", "counter", "A-01", lambda item: item["counter"]),
    "findings withdrawn": (
        "/v1/findings",
        "withdrawn",
        "true",
        lambda item: str(item["withdrawn_on"] is not None).lower(),
    ),
    "findings that count": (
        "/v1/findings",
        "withdrawn",
        "false",
        lambda item: str(item["withdrawn_on"] is not None).lower(),
    ),
    "due dates by subject": ("/v1/due-dates", "subject", "2023-03", lambda item: item["subject"]),
    "alerts by kind": ("/v1/alerts", "kind", "repeat_offence", lambda item: item["kind"]),
    "alerts that are open": ("/v1/alerts", "status", "open", lambda item: item["status"]),
    "alerts that are taken up": ("/v1/alerts", "status", "taken_up", lambda item: item["status"]),
    "alerts that are resolved": ("/v1/alerts", "status", "resolved", lambda item: item["status"]),
    "critical alerts": ("/v1/alerts", "severity", "critical", lambda item: item["severity"]),
    "issue types by code": ("/v1/issue-types", "code", "leaving_post", lambda item: item["code"]),
    "vendors by name": ("/v1/vendors", "name", "对手公司", lambda item: item["name"]),
    "job runs by job": ("/v1/job-runs", "job", "flag_late_notices", lambda item: item["job"]),
}


@pytest.mark.parametrize(("path", "name", "value", "said"), FILTERS.values(), ids=FILTERS.keys())
def test_a_filter_finds_what_the_items_themselves_say(
    half: Half, path: str, name: str, value: str, said: Callable[[dict[str, Any]], Any]
) -> None:
    """Some items pass and some do not, by the member that the filter is about."""
    everything = half.items(path)
    found = half.items(path, **{name: value})
    assert found == [item for item in everything if said(item) == value]
    assert 0 < len(found) < len(everything)


@pytest.mark.parametrize("path", ["/v1/assessments", "/v1/findings", "/v1/due-dates", "/v1/alerts"])
def test_a_list_across_contracts_narrows_to_one(half: Half, path: str) -> None:
    """`contract_id` finds what the contract's own list has."""
    contract = half.contracts["main"]
    found = half.items(path, contract_id=last_part(contract))
    assert {item["contract_id"] for item in found} == {last_part(contract)}
    if path != "/v1/alerts":
        assert found == half.items(f"{{main}}/{last_part(path)}")


def test_alerts_are_found_by_the_days_since_when_they_stand(half: Half) -> None:
    """Both ends of the range count, on record and in the past."""
    days = {item["since"] for item in half.items("/v1/alerts")}
    first, last = sorted(days)[1], sorted(days)[-2]
    for query in ({}, {"as_of": LAST_NIGHT}):
        found = {item["since"] for item in half.items("/v1/alerts", since_from=first, since_to=last, **query)}
        assert found == {day for day in days if first <= day <= last}
        assert found < days


def test_filters_narrow_together(half: Half) -> None:
    """Two filters find what passes both."""
    found = half.items("/v1/assessments", stage="notified", verdict="below")
    assert [(item["contract_number"], item["period"]) for item in found] == [("XA-MAIN", "2023-02")]


# ---------------------------------------------------------------- how it stands


@pytest.mark.parametrize("state", DueState)
def test_months_by_the_state_of_their_notice(half: Half, state: DueState) -> None:
    """The filter, decided in the database, agrees with the state that each month shows, decided by the rule."""
    everything = half.items("/v1/assessments")
    found = half.items("/v1/assessments", state=state.value)
    assert found == [item for item in everything if item["notice"]["state"] == state]
    assert found
    of_contract = half.items("{main}/assessments", state=state.value)
    assert of_contract == [item for item in found if item["contract_number"] == "XA-MAIN"]


def test_a_month_that_owes_no_notice_has_no_state(half: Half) -> None:
    """Silent terms owe nothing, and an excused month owes nothing any more."""
    stateless = [item for item in half.items("/v1/assessments") if item["notice"]["state"] is None]
    assert {item["contract_number"] for item in stateless} == {"XA-SILENT", "XA-CLOSED"}
    excused = [item for item in stateless if item["contract_number"] == "XA-CLOSED"]
    assert [(item["period"], item["state"]) for item in excused] == [("2023-02", "excused")]


def test_a_notice_is_not_overdue_on_its_last_day(half: Half) -> None:
    """May's notice is due today: not due is what both the month and the register say, and overdue from tomorrow."""
    may = {"period": "2023-05", "contract_id": last_part(half.contracts["main"])}
    (month,) = half.items("/v1/assessments", **may)
    assert (month["notice"]["due_on"], month["notice"]["state"]) == (TODAY, "not_due")
    with on("2023-06-16"):
        (month,) = half.items("/v1/assessments", **may)
        assert (month["notice"]["state"], month["notice"]["days_late"]) == ("overdue", 1)


@pytest.mark.parametrize("superseded", ["false", "true"])
@pytest.mark.parametrize(
    "as_of", ["2023-02-14", "2023-02-15", "2023-02-16", "2023-03-19", "2023-03-20", "2023-05-19", TODAY, "2024-12-31"]
)
def test_due_dates_by_their_state_on_a_day(half: Half, as_of: str, superseded: str) -> None:
    """On every day, the four states share out the whole register, and each entry says the state it was found by."""
    query = {"as_of": as_of, "superseded": superseded}
    everything = half.items("/v1/due-dates", **query)
    found = {state: half.items("/v1/due-dates", **query, state=state.value) for state in DueState}
    assert {state: [item["id"] for item in items] for state, items in found.items()} == {
        state: [item["id"] for item in everything if item["state"] == state] for state in DueState
    }
    assert everything


def test_every_state_stands_in_the_register_today(half: Half) -> None:
    """What the test above shares out is no empty share."""
    assert {item["state"] for item in half.items("/v1/due-dates")} == {state.value for state in DueState}
    everything = half.items("/v1/due-dates", superseded="true")
    assert {item["superseded_because"] for item in everything} == {
        None,
        "terms_amended",
        "contract_closed",
        "month_excused",
    }


# ---------------------------------------------------------------- what changed since

CHANGING = ["/v1/contracts", "/v1/assessments", "/v1/findings", "/v1/due-dates"]


@pytest.mark.parametrize("path", CHANGING)
def test_updated_since_finds_what_changed_from_that_instant_on(half: Half, path: str) -> None:
    """The instant itself counts, in whatever offset it is written, and after the last change nothing is left."""
    everything = half.items(path)
    instants = sorted({datetime.fromisoformat(item["updated_at"]) for item in everything})
    assert len(instants) > 1
    for instant in instants:
        expected = [item for item in everything if datetime.fromisoformat(item["updated_at"]) >= instant]
        for written in (instant.astimezone(UTC), instant.astimezone(BUSINESS_ZONE)):
            assert half.items(path, updated_since=written.isoformat()) == expected
    assert half.items(path, updated_since=(instants[-1] + timedelta(microseconds=1)).isoformat()) == []


def test_a_notice_is_seen_by_whoever_asks_for_changes(office: Office) -> None:
    """Somebody who copies the lists misses neither the month nor its due date, and reads nothing that stood still."""
    with on("2023-01-02"):
        contract = office.contract()
    _month(office, contract, "2023-01", "92.50", "2023-02-06", "2023-02-10")
    _month(office, contract, "2023-02", "92.50", "2023-03-06", "2023-03-10")
    with on("2023-03-12"):
        office.notify(contract, "2023-01", "2023-03-12")
    since = "2023-03-11T00:00:00+08:00"
    (month,) = office.supervisor.items("/v1/assessments", updated_since=since)
    (due,) = office.supervisor.items("/v1/due-dates", updated_since=since)
    assert (month["period"], month["stage"]) == ("2023-01", "notified")
    assert (due["subject"], due["met_on"]) == ("2023-01", "2023-03-12")


# ---------------------------------------------------------------- an alert is readable whatever became of it

Step = tuple[str, str, dict[str, Any]]

ENDS: dict[str, list[Step]] = {
    "accepted": [("POST", "/v1/alerts/$alert/acceptance", {"reason": "属实，已处理"})],
    "taken up, then accepted": [
        ("POST", "/v1/alerts/$alert/taking-up", {}),
        ("POST", "/v1/alerts/$alert/acceptance", {"reason": "属实，已处理"}),
    ],
    "notified": [
        ("PUT", "$month", {"state": "assessed", "score": {"exact": "92.50"}, "assessed_on": "2023-03-01"}),
        ("POST", "$month/finalization", {"final_on": "2023-03-02"}),
        ("POST", "$month/notice", {"notified_on": "2023-03-03"}),
    ],
    "excused": [
        ("PUT", "$month", {"state": "excused", "reason": "大厅停业", "assessed_on": "2023-03-01"}),
        ("POST", "$month/finalization", {"final_on": "2023-03-02"}),
    ],
    "moved by an amendment": [
        (
            "POST",
            "$contract/amendments",
            {
                "effective_from": "2023-01-01",
                "agreed_on": "2023-03-01",
                "reference": {"document": "补充协议"},
                "terms": without("reference") | {"notice": TERMS["notice"] | {"unit": "months", "length": 12}},
            },
        )
    ],
}


@pytest.mark.parametrize("steps", ENDS.values(), ids=ENDS.keys())
def test_an_alert_is_read_alone_and_in_the_list_whatever_became_of_it(office: Office, steps: list[Step]) -> None:
    """A late notice that ends, in whichever way, keeps its days late, and the next night changes nothing of that."""
    contract = office.contract()
    run = {"job": "all", "as_of": "2023-02-20"}
    office.supervisor.post("/v1/job-runs", run).raise_for_status()
    (alert,) = office.supervisor.items("/v1/alerts")
    places = {"alert": alert["id"], "contract": contract, "month": f"{contract}/assessments/2023-01"}
    with on("2023-03-10"):
        for method, path, body in steps:
            done = office.supervisor.call(method, filled(path, places), json=body or None)
            assert done.status_code in {200, 201}, done.text
        for as_of in ("2023-03-10", "2023-03-11"):
            with on(as_of):
                office.supervisor.post("/v1/job-runs", run | {"as_of": as_of}).raise_for_status()
                one = office.supervisor.get(f"/v1/alerts/{alert['id']}")
                assert one.status_code == 200, one.text
                assert one.json() in office.supervisor.items("/v1/alerts")
                assert one.json()["status"] == "resolved"
                assert one.json()["facts"]["days_late"] > 0
                assert str(one.json()["facts"]["days_late"]) in one.json()["text"]["en"]


def test_an_alert_that_the_facts_no_longer_demand_is_still_read(office: Office) -> None:
    """An amendment that was agreed before the due date undoes the late notice; the alert stays readable and says so."""
    contract = office.contract()
    run = {"job": "flag_late_notices", "as_of": "2023-02-20"}
    office.supervisor.post("/v1/job-runs", run).raise_for_status()
    (alert,) = office.supervisor.items("/v1/alerts")
    amendment = {
        "effective_from": "2023-01-01",
        "agreed_on": "2023-02-10",
        "reference": {"document": "补充协议"},
        "terms": without("reference") | {"notice": TERMS["notice"] | {"unit": "months", "length": 12}},
    }
    with on("2023-02-25"):
        office.supervisor.post(f"{contract}/amendments", amendment).raise_for_status()
        office.supervisor.post("/v1/job-runs", run | {"as_of": "2023-02-25"}).raise_for_status()
        answer = office.supervisor.get(f"/v1/alerts/{alert['id']}")
        assert answer.status_code == 200, answer.text
        assert (answer.json()["status"], answer.json()["facts"]["undone"]) == ("resolved", True)
        assert office.supervisor.items("/v1/alerts") == [answer.json()]


@pytest.mark.parametrize("path", ["/v1/assessments", "{march}/assessments"])
def test_months_are_read_from_the_latest_back(half: Half, path: str) -> None:
    """`order=newest` gives the same months on its pages, the latest first; its cursor is good for no other order."""
    path = path.format(march=next(iter(half.contracts.values())))
    recorded = half.office.supervisor.items(path)
    newest = half.office.supervisor.items(path, order="newest", limit=2)
    assert newest == sorted(recorded, key=lambda month: (month["period"], month["id"]), reverse=True)
    page = half.office.supervisor.get(path, order="newest", limit=2).json()
    answer = half.office.supervisor.get(path, limit=2, cursor=page["next_cursor"])
    assert answer.status_code == 400

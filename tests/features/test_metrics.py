"""What clauses ask for beside the score: metrics, findings that lasted, decisions on open shares; also when late."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
import time_machine

from app.database import Database
from app.features.settlements import facts
from app.features.settlements.queries import changed_since_settled
from app.rules.lines import Decided, FindingsOfType, MonthFacts
from app.rules.periods import Period
from tests.api.asking import expect_problem, last_part
from tests.features.test_late_facts import MONTHLY, settle
from tests.features.test_settlements import MONEY as BY_BANDS
from tests.features.test_settlements import assessed, contract
from tests.office import TERMS, Office

OPEN = {"below": "80", "share": "0.6", "decided": True}
"""Under 80 points a person decides what is paid, at most six tenths."""
BANDS = BY_BANDS["money"][0]
MONEY: dict[str, Any] = BY_BANDS | {
    "money": [BANDS | {"bands": [*BANDS["bands"][:2], OPEN]}, *BY_BANDS["money"][1:2]],
}
JANUARY = Period.parse("2023-01")
RATE = {"code": "satisfaction_rate", "value": "0.2450"}
HEADS = {"code": "head_count", "site": "H-1", "value": "45"}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    """Keep the clock inside the year of service."""
    with time_machine.travel("2023-06-15T04:00:00Z", tick=False):
        yield


def january(database: Database, address: str) -> MonthFacts:
    """Read what the rules are given of January."""
    with database.read() as session:
        books = facts.read(session, UUID(last_part(address)), date(2023, 6, 15))
    return next(month for month in books.months if month.period == JANUARY)


# ---------------------------------------------------------------- metrics


def test_the_metrics_of_a_month_are_recorded_as_a_whole(office: Office, database: Database) -> None:
    """Nothing, two figures, one figure: each by the version that was read, and exactly as it was sent."""
    address = contract(office)
    month = f"{address}/metrics/2023-01"
    empty = office.auditor.get(month)
    assert (empty.json()["values"], empty.json()["version"], empty.headers["etag"]) == ([], 0, '"0"')
    first = office.finance.call("PUT", month, json={"values": [RATE, HEADS]}, headers={"If-Match": '"0"'})
    assert (first.status_code, first.json()["values"]) == (200, [HEADS, RATE | {"site": None}])
    wanted = {("satisfaction_rate", None): Fraction(49, 200), ("head_count", "H-1"): Fraction(45)}
    assert january(database, address).metrics == wanted
    source = january(database, address).sources.metrics
    assert office.supervisor.get(source).json() == first.json()
    stale = office.supervisor.call("PUT", month, json={"values": []}, headers={"If-Match": '"0"'})
    expect_problem(stale, 412, "precondition-failed")
    second = office.supervisor.call("PUT", month, json={"values": [HEADS]}, headers={"If-Match": '"1"'})
    assert (second.json()["version"], list(january(database, address).metrics)) == (2, [("head_count", "H-1")])
    assert [entry["period"] for entry in office.supervisor.items(f"{address}/metrics", year=2023)] == ["2023-01"]
    assert office.supervisor.items(f"{address}/metrics", year=2022) == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_figures_that_cannot_be_are_refused_by_their_place(office: Office) -> None:
    address = contract(office)
    office.admin.post(f"/v1/service-centers/{office.center}/sites", {"code": "H-1", "name": "一号大厅"})
    for values, code, pointer in (
        ([RATE, RATE], "metric-twice", "/values/1"),
        ([RATE, HEADS | {"site": "H-2"}], "unknown-site", "/values/1/site"),
    ):
        refused = office.supervisor.put(f"{address}/metrics/2023-01", {"values": values})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
        assert refused.json()["errors"][0]["pointer"] == pointer
    for period, code in (("2022-12", "period-outside-service"), ("2023-07", "validation-error")):
        refused = office.supervisor.put(f"{address}/metrics/{period}", {"values": [RATE]})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert refused.json()["errors"][0]["pointer"] == "/path/period"
    for value in ("-1", "1.1234567", "1e3", 0.5):
        assert office.supervisor.put(f"{address}/metrics/2023-01", {"values": [RATE | {"value": value}]}).is_error
    assert office.supervisor.get(f"{address}/metrics/2022-12").status_code == 404


# ---------------------------------------------------------------- findings


def test_findings_keep_their_days_their_level_and_their_post(office: Office, database: Database) -> None:
    """Over the Spring Festival: from 19 to 30 January 2023 people worked on five days, two of them made up for it."""
    address = contract(office)
    office.finding(address, "2023-01-10")
    office.finding(address, "2023-01-10")
    said: dict[str, Any] = {"until": "2023-01-30", "level": "serious", "unrectified": True, "post": "window_chief"}
    lasting = office.finding(address, "2023-01-19", **said)
    assert {name: office.auditor.get(lasting).json()[name] for name in said} == said
    assert january(database, address).findings == (
        FindingsOfType("leaving_post", 2, on=date(2023, 1, 10)),
        FindingsOfType(
            "leaving_post",
            1,
            on=date(2023, 1, 19),
            until=date(2023, 1, 30),
            level="serious",
            unrectified=True,
            working_days=5,
            post="window_chief",
        ),
    )
    for first, until, code in (
        ("2023-01-19", "2023-01-18", "until-before-its-day"),
        ("2023-01-19", "2023-02-01", "until-in-another-month"),
        ("2023-06-14", "2023-06-16", "until-not-served-yet"),
    ):
        body = {"issue_type": "leaving_post", "occurred_on": first, "until": until}
        refused = office.supervisor.post(f"{address}/findings", body)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
        assert refused.json()["errors"][0]["pointer"] == "/until"
    closing = office.supervisor.post(f"{address}/closing", {"closed_on": "2023-01-29"})
    assert (closing.status_code, closing.json()["code"]) == (409, "facts-after-closing")


# ---------------------------------------------------------------- decisions


def decide(office: Office, address: str, share: str, **changes: Any) -> Any:  # noqa: ANN401 the client's answer
    body = {
        "period": "2023-01",
        "clause": "/money/0",
        "share": share,
        "reason": "得分低于七十分，会议研究决定",
        "reference": {"document": "会议纪要"},
        "decided_on": "2023-02-20",
    }
    return office.finance.post(f"{address}/decisions", body | changes)


def test_the_last_decision_about_a_clause_governs_until_the_clause_is_another(
    office: Office, database: Database
) -> None:
    address = contract(office, **MONEY)
    assert decide(office, address, "0.50").status_code == 201
    assert decide(office, address, "0.3").json()["number"] == 2
    source = f"{address}/decisions?period=2023-01"
    assert january(database, address).decisions == {
        "/money/0": Decided(Fraction(3, 10), source, "会议纪要，得分低于七十分，会议研究决定")
    }
    assert [entry["share"] for entry in office.auditor.items(f"{address}/decisions", period="2023-01")] == [
        "0.50",
        "0.3",
    ]
    stated = {name: clause for name, clause in {**TERMS, **MONEY}.items() if name != "reference"}
    moved = stated | {"money": [MONEY["money"][1], MONEY["money"][0]]}
    amendment = {"effective_from": "2023-01-01", "reference": {"document": "补充协议"}, "terms": moved}
    assert office.supervisor.post(f"{address}/amendments", amendment).status_code == 201
    assert january(database, address).decisions == {}
    for changes, pointer in (
        ({"clause": "/money/2"}, "/clause"),
        ({"clause": "/money/0"}, "/clause"),
        ({"clause": "/money/1", "share": "0.61"}, "/share"),
        ({"decided_on": "2023-06-16"}, "/decided_on"),
        ({"period": "2024-01"}, "/period"),
        ({"share": "1.01"}, "/share"),
    ):
        refused = decide(office, address, **{"share": "0.5", "clause": "/money/1", **changes})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert "/money/0, /money/1" in decide(office, address, "1", clause="/money/2").json()["errors"][0]["remedy"]


# ---------------------------------------------------------------- late ones


def settled(office: Office, number: str) -> str:
    """Give a contract of one month that is settled, so that only a supplement is left."""
    terms = {**TERMS, **MONEY, "payment": MONTHLY | {"year_money": "service_months"}}
    year = [{"year": 2023, "amount": "100000.00"}]
    address = office.contract(number, terms=terms, ends_on="2023-01-31", years=year)
    assessed(office, address, {"2023-01": "95.00"})
    settle(office, address, "2023-01")
    return address


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_night_looks_again_at_a_settled_contract_whose_facts_have_changed(
    office: Office, database: Database
) -> None:
    """Metrics and decisions after the last settlement's posting, like revised months."""
    measured, decided = (settled(office, number) for number in ("XA-MEASURED", "XA-DECIDED"))

    def changed() -> set[str]:
        with database.read() as session:
            return {str(id_) for id_ in changed_since_settled(session)}

    assert changed() == set()
    with time_machine.travel("2023-06-16T04:00:00Z", tick=False):
        office.supervisor.put(f"{measured}/metrics/2023-01", {"values": [RATE]}).raise_for_status()
        assert changed() == {last_part(measured)}
        decide(office, decided, "0.5").raise_for_status()
        assert changed() == {last_part(measured), last_part(decided)}

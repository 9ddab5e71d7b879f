"""What several centers on one database are to one another: nothing, but for who was granted both."""

import pytest
import time_machine

from app.clock import now
from app.database import Database
from app.models.words import AskedBy, Role
from app.nightly import run
from tests.api.access.expected import CELLS, named_in, passes
from tests.api.access.holdings import CONTRACTS
from tests.api.access.sent import LINE
from tests.api.access.town import Town
from tests.api.asking import expect_problem
from tests.nights import every_row, run_nights

LISTS = ("/v1/contracts", "/v1/assessments", "/v1/findings", "/v1/due-dates", "/v1/alerts", "/v1/settlements")


@pytest.mark.parametrize("name", ["contract_id", "service_center_id"])
def test_filtering_by_another_centers_ids_finds_nothing(town: Town, name: str) -> None:
    """A filter narrows what is one's own; it opens nothing."""
    for path in LISTS:
        by = "vendor_id" if (path, name) == ("/v1/contracts", "contract_id") else name
        short = by.removesuffix("_id")
        assert town.office.auditor.items(path, **{by: town.other_centers.ids[short]}) == [], path
        assert town.office.auditor.items(path, **{by: town.own.ids[short]}) != [], path


@pytest.mark.parametrize("who", ["admin", "supervisor"])
def test_nothing_is_made_at_another_center(database: Database, town: Town, who: str) -> None:
    """A body that names another's service center is refused as if the center were not there."""
    before = every_row(database)
    for path in ("/v1/vendors", "/v1/issue-types", "/v1/contracts"):
        answer = town.ask(who, ("POST", path), town.own, said=town.other_centers)
        expect_problem(answer, 404, "not-found", "/service_center_id")
    assert every_row(database) == before


def test_an_auditor_of_two_centers_reads_both(database: Database, town: Town) -> None:
    """A supervising authority sees what each of its centers has, and writes nothing at either."""
    authority = town.somebody(database, "authority", Role.AUDITOR, [town.office, town.elsewhere])
    holdings = (town.own, town.other_vendors, town.other_centers)
    flagged = {holding.ids[name] for holding in holdings for name in ("contract", "answered_contract")}
    contracts = {holding.ids[name] for holding in holdings for name in CONTRACTS}
    assert {contract["id"] for contract in authority.items("/v1/contracts")} == contracts
    alerts = authority.items("/v1/alerts")
    assert {alert["contract_id"] for alert in alerts if alert["contract_id"]} == flagged
    assert {alert["kind"] for alert in alerts if not alert["contract_id"]} == {"budget_line_mismatch"}
    with_findings = ("contract", "settled_contract", "answered_contract")
    seen = {holding.ids[name] for holding in holdings for name in with_findings}
    assert {finding["contract_id"] for finding in authority.items("/v1/findings")} == seen
    assert [center["code"] for center in authority.get("/v1/me").json()["service_centers"]] == ["XA", "XB"]
    for holding in (town.own, town.other_centers):
        contract = f"/v1/contracts/{holding.ids['contract']}"
        assert authority.get(contract).status_code == 200
        finding = {"issue_type": "leaving_post", "occurred_on": "2023-01-11"}
        expect_problem(authority.post(f"{contract}/findings", finding), 403, "forbidden")


def test_an_auditor_of_no_center_reads_nothing(database: Database, town: Town) -> None:
    """Without a grant every list is empty and nothing named is there."""
    nobody = town.somebody(database, "nobody", Role.AUDITOR, [])
    lists = [path for method, path in CELLS if method == "GET" and passes("auditor", (method, path))]
    of_everybody = (
        "/v1/me",
        "/v1/me/message-settings",
        "/v1/job-runs",
        "/v1/terms-templates",
        "/v1/terms-templates/{template_id}",
        "/v1/evaluation-templates",
        "/v1/evaluation-templates/{evaluation_template_id}",
        "/v1/metric-codes",
        "/v1/metric-template.xlsx",
        "/v1/metric-template.csv",
    )
    saved = ("/v1/audit-events/export", "/v1/audit-events/chains", "/v1/access-log/export")
    summed = ("/v1/budget-summary", "/v1/budget-summary.csv")
    others = {*of_everybody, *saved, *summed}
    found = {path: nobody.items(path) for path in lists if not named_in(path) and path not in others}
    assert found == {path: [] for path in found}
    assert [len(nobody.get(path).text.splitlines()) for path in saved] == [1, 1, 1]
    assert nobody.get(summed[0]).json()["items"] == []
    assert str(LINE["name"]) in town.office.auditor.get(summed[1]).text
    assert str(LINE["name"]) not in nobody.get(summed[1]).text
    assert found
    assert nobody.get(f"/v1/contracts/{town.own.ids['contract']}").status_code == 404


# ---------------------------------------------------------------- what concerns the service itself


def test_an_alert_of_the_service_is_everybodys_to_read_and_refused_as_ones_own(database: Database, town: Town) -> None:
    """A missed night belongs to no center: an auditor who reads its alert may not take it up, which is 403, not 404."""
    with time_machine.travel("2023-03-01T04:00:00Z", tick=False):
        run(database, "flag_late_notices", now().date(), AskedBy.CLOCK)
        run_nights(database, "2023-03-04")
    missed = town.office.auditor.items("/v1/alerts", kind="job_missed")
    assert missed
    path = f"/v1/alerts/{missed[0]['id']}"
    assert {town.office.people[role].get(path).status_code for role in (Role.AUDITOR, Role.SUPERVISOR)} == {200}
    expect_problem(town.office.auditor.post(f"{path}/taking-up"), 403, "forbidden")


def test_an_open_alert_of_the_service_is_not_said_to_be_closed(database: Database, town: Town) -> None:
    """A supervisor may or may not take a missed night up, but is not told that the open alert is no longer open."""
    with time_machine.travel("2023-03-01T04:00:00Z", tick=False):
        run(database, "flag_late_notices", now().date(), AskedBy.CLOCK)
        run_nights(database, "2023-03-04")
    missed = town.office.supervisor.items("/v1/alerts", kind="job_missed", status="open")
    answer = town.office.supervisor.post(f"/v1/alerts/{missed[0]['id']}/taking-up")
    assert answer.status_code in {200, 403}, answer.text

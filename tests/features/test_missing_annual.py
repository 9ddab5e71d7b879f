"""A year that nobody held is flagged from the day after its due date until it is held, or no longer owed."""

import pytest

from app.database import Database
from tests.nights import alerts, run_nights
from tests.office import Office
from tests.years import MEAN, amend, hold, last_quarter, settle


def test_a_year_that_nobody_held_is_flagged_and_settled_when_it_is(office: Office, database: Database) -> None:
    """The alert counts its days until the day of the holding, in the very transaction that records it."""
    contract = last_quarter(office, MEAN)
    settle(office, contract, "90.00", "91.00", "92.00")
    run_nights(database, "2024-01-31")
    assert office.supervisor.items("/v1/alerts", kind="missing_annual_assessment") == []
    run_nights(database, "2024-02-01")
    (alert,) = office.supervisor.items("/v1/alerts", kind="missing_annual_assessment")
    assert (alert["subject"], alert["since"], alert["status"]) == ("2023", "2024-02-01", "open")
    assert alert["facts"]["days_late"] > 100
    (then,) = office.supervisor.items("/v1/alerts", kind="missing_annual_assessment", as_of="2024-02-10")
    assert (then["facts"]["days_late"], then["facts"]["year"]) == (10, 2023)
    assert then["text"]["zh"] == "2023年度考核应于2024-01-31前完成，尚未开展，逾期10天（8个工作日）。"
    hold(office, contract).raise_for_status()
    (alert,) = office.supervisor.items("/v1/alerts", kind="missing_annual_assessment")
    assert (alert["status"], alert["until"], alert["facts"]["held_on"]) == ("resolved", "2024-02-20", "2024-02-20")
    assert (alert["facts"]["days_late"], alert["facts"]["working_days_late"]) == (20, 11)
    assert "held on 2024-02-20" in alert["text"]["en"]
    (entry,) = office.supervisor.items(f"{contract}/due-dates", kind="annual_assessment")
    assert (entry["met_on"], entry["state"]) == ("2024-02-20", "late")
    run_nights(database, "2024-02-21")
    assert office.supervisor.items("/v1/alerts", kind="missing_annual_assessment") == [alert]


@pytest.mark.parametrize("held_on", ["2024-01-31", "2024-02-10"])
def test_a_year_held_in_time_by_the_date_that_governed_then_is_not_missing(
    office: Office, database: Database, held_on: str
) -> None:
    """A date moved later by an amendment makes nothing late that was done before."""
    contract = last_quarter(office, MEAN)
    settle(office, contract, "90.00", "91.00", "92.00")
    if held_on > "2024-01-31":
        later = MEAN | {"length": 60}
        amend(office, contract, "2023-12-01", "2024-01-20", annual_assessment=later).raise_for_status()
    hold(office, contract, held_on).raise_for_status()
    run_nights(database, "2024-06-30")
    assert "missing_annual_assessment" not in {alert["kind"] for alert in alerts(database)}


def test_an_amendment_that_asks_for_none_any_more_ends_the_alert(office: Office, database: Database) -> None:
    """From the day on which it was agreed nothing is owed."""
    contract = last_quarter(office, MEAN)
    run_nights(database, "2024-02-01")
    amend(office, contract, "2023-12-01", "2024-03-01").raise_for_status()
    run_nights(database, "2024-03-02")
    (alert,) = office.supervisor.items("/v1/alerts", kind="missing_annual_assessment")
    assert (alert["status"], alert["until"]) == ("resolved", "2024-03-01")
    assert alert["facts"]["superseded_because"] == "terms_amended"
    assert "no longer owed" in alert["text"]["en"]

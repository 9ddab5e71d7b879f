"""Years of a contract whose last quarter alone is recorded: what the tests of annual assessments talk through."""

from typing import Any

from httpx2 import Response

from tests.office import TERMS, Office, without

DUE = {"after": "year_end", "unit": "calendar_days", "length": 31, "roll": "none"}
MEAN = DUE | {"score": {"method": "mean_of_months"}}
GRADES = [{"name": "优", "at_least": "90"}, {"name": "差", "below": "90"}]


def last_quarter(office: Office, clause: dict[str, Any] | None = None, **changes: Any) -> str:
    """Take a contract on of which October to December 2023 are recorded."""
    terms = TERMS | {"grades": GRADES} | ({} if clause is None else {"annual_assessment": clause})
    return office.contract(**{"recorded_from": "2023-10", "terms": terms} | changes)


def settle(office: Office, contract: str, *scores: object) -> None:
    """Make the months from October on final with these scores, each on the 10th of the next month."""
    for period, day, score in zip(
        ("2023-10", "2023-11", "2023-12"), ("2023-11-10", "2023-12-10", "2024-01-10"), scores, strict=False
    ):
        if score in ("excused", "not_assessed"):
            body = {"state": score, "reason": "大厅停业", "assessed_on": day}
            office.supervisor.put(f"{contract}/assessments/{period}", body).raise_for_status()
        else:
            office.assess(contract, period, score, day)
        office.finalize(contract, period, day)


def hold(office: Office, contract: str, held_on: str = "2024-02-20", year: int = 2023, **more: Any) -> Response:
    """Hold a year."""
    return office.supervisor.post(f"{contract}/annual-assessments", {"year": year, "held_on": held_on, **more})


def amend(office: Office, contract: str, effective_from: str, agreed_on: str, **clauses: Any) -> Response:
    """Agree on other clauses."""
    terms = without("reference") | clauses
    body = {"effective_from": effective_from, "agreed_on": agreed_on, "reference": {"document": "补充协议"}}
    return office.supervisor.post(f"{contract}/amendments", body | {"terms": terms})


def years_due(office: Office, contract: str, **query: str) -> dict[str, str]:
    """Read by year when its assessment is due."""
    entries = office.supervisor.items(f"{contract}/due-dates", kind="annual_assessment", **query)
    return {entry["subject"]: entry["due_on"] for entry in entries}

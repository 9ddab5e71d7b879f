"""What is asked of the service and of the floor: the requests of R1 to R4, W1 and W2, drawn with a fixed seed."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.rules.periods import Period, periods_between
from bench.agreed import TERMS
from bench.drivers import Driver
from bench.records import Record
from bench.seeds import ENDS_ON, FINDINGS, ISSUE_TYPES, LAST_MONTH, SEED

DRAWN = 3000
"""Reads drawn for a round; the users begin again with the first after the last."""
PAGE = 50
READ_REACH, WRITE_REACH = 0.4, 0.3

Task = list[dict[str, Any]]
"""Requests one after the other; what is measured is all of them."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something that is asked again and again, of the service and of the floor."""

    name: str
    what: str
    ours: Sequence[Task]
    floor: Sequence[Task]
    reach: float = READ_REACH

    @property
    def once(self) -> bool:
        """Tell whether each task can be done once only."""
        return self.name.startswith("W")


def reads(driver: Driver, record: Record, months: int) -> list[Scenario]:
    """Draw R1 to R4 over a record of so many filled months."""
    chance = random.Random(SEED)  # noqa: S311 figures of a bench, no secrets
    contracts = [driver.shown(id_) for (id_,) in driver.read("SELECT id FROM contracts ORDER BY id")]
    vendors = [driver.shown(id_) for (id_,) in driver.read("SELECT id FROM vendors ORDER BY id")]
    filled = periods_between(LAST_MONTH.plus(1 - months), LAST_MONTH)
    # A vendor has fifty months in a year that is filled from January on.
    years = [year for year in range(filled[0].year, LAST_MONTH.year) if Period(year, 1) >= filled[0]] or [
        LAST_MONTH.year
    ]
    r1 = [
        _get(f"/v1/contracts/{chance.choice(contracts)}/assessments/{chance.choice(filled)}", record.supervisor)
        for _ in range(DRAWN)
    ]
    r2 = [
        _get(_newest("/v1/assessments", chance.choice(years), vendor_id=chance.choice(vendors)), record.supervisor)
        for _ in range(DRAWN)
    ]
    asked = [(chance.choice(list(record.vendors)), chance.choice(years)) for _ in range(DRAWN)]
    r3 = [_get(_newest("/v1/portal/assessments", year), record.vendors[vendor]) for vendor, year in asked]
    # The floor knows nobody: it is told whose months are meant.
    r3_floor = [_get(_newest("/v1/portal/assessments", year, vendor_id=vendor), "") for vendor, year in asked]
    r4 = [_get(f"/v1/alerts?service_center_id={record.center}&status=open&limit={PAGE}", record.supervisor)]
    return [
        Scenario("R1", "an assessment with its ten findings", r1, r1),
        Scenario("R2", "fifty assessments of a vendor in a year, newest first", r2, r2),
        Scenario("R3", "the same by the vendor's own token", r3, r3_floor),
        Scenario("R4", "fifty open alerts of a center", r4, r4),
    ]


def writes(driver: Driver, record: Record) -> list[Scenario]:
    """Draw W1 and W2 over what is still open; the service and the floor have contracts of their own."""
    chance = random.Random(SEED)  # noqa: S311 figures of a bench, no secrets
    sides: tuple[dict[int, list[str]], ...] = ({}, {})
    for id_, number in driver.read("SELECT id, number FROM contracts ORDER BY id"):
        _, kind, clone = number.split("-")
        sides[int(clone) % 2].setdefault(int(kind), []).append(str(driver.shown(id_)))
    first, second = sides
    months = (_months(first, record, chance), _months(second, record, chance))
    settled = (_settlements(first, record, chance), _settlements(second, record, chance))
    said = "an assessment with ten findings, finalized, notified (13 requests)"
    return [
        Scenario("W1", said, months[0], months[1], WRITE_REACH),
        Scenario("W2", "a settlement drafted and approved (2 requests)", settled[0], settled[1], WRITE_REACH),
    ]


def _newest(path: str, year: int, **whose: object) -> str:
    named = "".join(f"&{name}={value}" for name, value in whose.items())
    return f"{path}?year={year}&limit={PAGE}&order=newest{named}"


def _get(path: str, token: str) -> Task:
    return [{"method": "GET", "path": path, "token": token}]


def _months(side: dict[int, list[str]], record: Record, chance: random.Random) -> list[Task]:
    """Fill open months in, of contracts that are judged by a plain score and owe no rectifications."""
    plain = [kind for kind, terms in enumerate(TERMS) if not terms.keys() & {"rubric", "rectification"}]
    contracts = [contract for kind in plain for contract in side.get(kind, ())]
    months = periods_between(LAST_MONTH.plus(1), Period.of(ENDS_ON))
    tasks = [_month(f"/v1/contracts/{contract}", period, record, chance) for period in months for contract in contracts]
    chance.shuffle(tasks)
    return tasks


def _month(contract: str, period: Period, record: Record, chance: random.Random) -> Task:
    assessed, final, notified = (str(period.last_day + timedelta(days=days)) for days in (3, 5, 10))
    month = f"{contract}/assessments/{period}"
    score = {"exact": f"{chance.randrange(8800, 10000) / 100:.2f}"}
    findings = [
        {
            "issue_type": f"issue-{chance.randrange(ISSUE_TYPES):02}",
            "occurred_on": str(period.first_day + timedelta(days=chance.randrange(period.days))),
            "counter": f"A-{chance.randrange(30):02}",
            "deduction_points": "1.50",
            "description": "窗口现场检查发现，已告知当班负责人。",
        }
        for _ in range(FINDINGS)
    ]
    notice = {"notified_on": notified, "document_no": f"测速考核〔{period.year}〕{period.month}号"}
    return [
        _change("PUT", month, record.supervisor, {"state": "assessed", "score": score, "assessed_on": assessed}),
        *(_change("POST", f"{contract}/findings", record.supervisor, finding) for finding in findings),
        _change("POST", f"{month}/finalization", record.supervisor, {"final_on": final}),
        _change("POST", f"{month}/notice", record.supervisor, notice),
    ]


def _settlements(side: dict[int, list[str]], record: Record, chance: random.Random) -> list[Task]:
    """Settle the first payment period of each contract that is still open."""
    tasks = []
    for kind, terms in enumerate(TERMS):
        if "money" in terms:
            year = LAST_MONTH.year
            period = f"{year}-Q1" if terms["payment"]["schedule"] == "quarterly" else f"{year}-01"
            tasks += [_settlement(f"/v1/contracts/{contract}", period, record) for contract in side.get(kind, ())]
    chance.shuffle(tasks)
    return tasks


def _settlement(contract: str, period: str, record: Record) -> Task:
    draft = _change("POST", f"{contract}/settlements", record.supervisor, {"payment_period": period})
    approval = f"{contract}/settlements/{{made}}/approval"
    return [draft | {"makes": True}, _change("POST", approval, record.finance, None)]


def _change(method: str, path: str, token: str, body: dict[str, Any] | None) -> dict[str, Any]:
    return {"method": method, "path": path, "token": token, "body": body}


def ids_of(answer: Any) -> list[str]:  # noqa: ANN401 JSON is any value
    """Name what an answer holds: the month and its findings, or the items of a page."""
    if "items" in answer:
        return [item["id"] for item in answer["items"]]
    return [answer["id"], *sorted(uuid.UUID(finding["id"]).hex for finding in answer["findings"])]

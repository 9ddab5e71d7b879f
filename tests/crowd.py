"""Many contracts at once, written straight into the tables: for tests that count statements."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert

from app.database import Database
from app.features.contracts import terms_document
from app.features.contracts.terms_document import TermsDocument
from app.models import Assessment, Contract, ContractYear, DueDate, Finding, TermsVersion
from app.models.columns import new_id
from app.rules.periods import Period
from tests.office import TERMS, Office

NOW = datetime(2023, 1, 1, tzinfo=UTC)
FIRST = Period(2019, 1)
_STATED = {name: TERMS[name] for name in TERMS if name != "reference"}
_DOCUMENT = terms_document.written(TermsDocument(**_STATED))
_PAID = terms_document.written(
    TermsDocument.model_validate(
        _STATED
        | {
            "payment": {"schedule": "monthly"},
            "money": [
                {
                    "kind": "score_bands",
                    "base": "month_fee",
                    "bands": [{"at_least": "90", "share": "1"}, {"below": "90", "share": "0.9"}],
                    "rounding": {"stage": "amount", "places": 2},
                },
                {"kind": "amount_per_finding", "base": "month_fee", "amounts": {"leaving_post": "500.00"}},
                {
                    "kind": "holdback",
                    "base": "month_fee",
                    "share": "0.10",
                    "rounding": {"stage": "amount", "places": 2},
                },
            ],
        }
    )
)


@dataclass(frozen=True)
class Crowd:
    """So many contracts of one office, each with its terms version, over so many months."""

    office: Office
    ids: list[tuple[uuid.UUID, uuid.UUID]]
    periods: list[Period]
    paid: bool = False
    """Whether the contracts state money by year and are paid by the month."""

    @property
    def owner(self) -> dict[str, Any]:
        """Give the columns that say whose a row is."""
        return {"service_center_id": self.office.center, "vendor_id": self.office.vendor}


STAMPS = {"created_at": NOW, "updated_at": NOW}


def settle(database: Database, office: Office, contracts: int, months: int, *, paid: bool = False) -> None:
    """Write contracts of so many months each: every tenth notice late, every month failed, findings that repeat."""
    ids = [(new_id(), new_id()) for _ in range(contracts)]
    crowd = Crowd(office, ids, [FIRST.plus(number) for number in range(months)], paid)
    writers = (
        (Contract, _contracts),
        (ContractYear, _years),
        (TermsVersion, _versions),
        (Assessment, _months),
        (DueDate, _due_dates),
        (Finding, _findings),
    )
    for table, rows_of in writers:
        rows = rows_of(crowd)
        while batch := list(islice(rows, 10_000)):
            with database.write() as session:
                session.connection().execute(insert(table), batch)


def _contracts(crowd: Crowd) -> Iterator[dict[str, Any]]:
    dates = {"starts_on": FIRST.first_day, "ends_on": crowd.periods[-1].last_day, "recorded_from": str(FIRST)}
    for number, (id_, _) in enumerate(crowd.ids):
        yield {"id": id_, "number": f"C-{number}", "title": "合同", **crowd.owner, **dates, **STAMPS}


def _years(crowd: Crowd) -> Iterator[dict[str, Any]]:
    for id_, _ in crowd.ids if crowd.paid else ():
        for year in sorted({period.year for period in crowd.periods}):
            yield {"contract_id": id_, "year": year, "amount_fen": 1126514070}


def _versions(crowd: Crowd) -> Iterator[dict[str, Any]]:
    days = {"effective_from": FIRST.first_day, "agreed_on": FIRST.first_day, "recorded_at": NOW}
    marks = {"repeat_threshold": 3, "consecutive_mark_hundredths": 8000}
    text = {"reference": {"document": "合同"}, "document": _PAID if crowd.paid else _DOCUMENT}
    for id_, version in crowd.ids:
        yield {"id": version, "contract_id": id_, "number": 1, **days, **marks, **text}


def _months(crowd: Crowd) -> Iterator[dict[str, Any]]:
    failed = {"state": "assessed", "score_kind": "exact", "score_hundredths": 7000, "score_exact": "70"}
    judged = {"stage": "final", "pass_mark_hundredths": 9000, "verdict": "below", "expected": True}
    for id_, version in crowd.ids:
        for period in crowd.periods:
            final = period.last_day + timedelta(days=10)
            served = {"period": str(period), "served_from": period.first_day, "served_to": period.last_day}
            of = {"id": new_id(), "contract_id": id_, "terms_version_id": version}
            yield {**of, **served, "assessed_on": final, "final_on": final, **failed, **judged, **crowd.owner, **STAMPS}


def _due_dates(crowd: Crowd) -> Iterator[dict[str, Any]]:
    common = {"kind": "notice", "provisional": False, "steps": [], "in_force_from": FIRST.first_day, **STAMPS}
    for id_, version in crowd.ids:
        for number, period in enumerate(crowd.periods):
            due = period.last_day + timedelta(days=15)
            met = due + timedelta(days=1 if number % 10 == 0 else 0)
            of = {"id": new_id(), "service_center_id": crowd.office.center, "contract_id": id_}
            dates = {"subject": str(period), "event_on": period.last_day, "due_on": due, "met_on": met}
            yield {**of, **dates, "terms_version_id": version, **common}


def _findings(crowd: Crowd) -> Iterator[dict[str, Any]]:
    common = {"issue_type_id": crowd.office.issue_types["leaving_post"], "at_least": False, **crowd.owner, **STAMPS}
    for id_, _ in crowd.ids:
        for month in range(1, 13):
            day = date(2023, month, 5)
            yield {"id": new_id(), "contract_id": id_, "period": str(Period.of(day)), "occurred_on": day, **common}

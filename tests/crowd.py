"""Many contracts at once, written straight into the tables: for tests that count statements."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from app.database import Database
from app.features.contracts import terms_document
from app.features.contracts.terms_document import TermsDocument
from app.models import Assessment, Contract, DueDate, Finding, TermsVersion
from app.models.columns import new_id
from app.rules.periods import Period
from tests.office import TERMS, Office

NOW = datetime(2023, 1, 1, tzinfo=UTC)
FIRST = Period(2019, 1)
_DOCUMENT = terms_document.written(TermsDocument(**{name: TERMS[name] for name in TERMS if name != "reference"}))


def settle(database: Database, office: Office, contracts: int, months: int) -> None:
    """Write contracts of so many months each: every tenth notice late, every month failed, findings that repeat."""
    for table, rows in _rows(office, contracts, months).items():
        while batch := list(islice(rows, 10_000)):
            with database.write() as session:
                session.connection().execute(insert(table), batch)


def _rows(office: Office, contracts: int, months: int) -> dict[type[SQLModel], Iterator[dict[str, Any]]]:
    ids = [(new_id(), new_id()) for _ in range(contracts)]
    last = FIRST.plus(months - 1).last_day
    stamps = {"created_at": NOW, "updated_at": NOW}
    owner = {"service_center_id": office.center, "vendor_id": office.vendor}
    periods = [FIRST.plus(number) for number in range(months)]
    issue_type = office.issue_types["leaving_post"]

    def contract_rows() -> Iterator[dict[str, Any]]:
        for number, (id_, _) in enumerate(ids):
            dates = {"starts_on": FIRST.first_day, "ends_on": last, "recorded_from": str(FIRST)}
            yield {"id": id_, "number": f"C-{number}", "title": "合同", **owner, **dates, **stamps}

    def version_rows() -> Iterator[dict[str, Any]]:
        for id_, version in ids:
            days = {"effective_from": FIRST.first_day, "agreed_on": FIRST.first_day, "recorded_at": NOW}
            marks = {"repeat_threshold": 3, "consecutive_mark_hundredths": 8000}
            text = {"reference": {"document": "合同"}, "document": _DOCUMENT}
            yield {"id": version, "contract_id": id_, "number": 1, **days, **marks, **text}

    def month_rows() -> Iterator[dict[str, Any]]:
        for id_, version in ids:
            for period in periods:
                final = period.last_day + timedelta(days=10)
                yield {
                    "id": new_id(),
                    "contract_id": id_,
                    "period": str(period),
                    "served_from": period.first_day,
                    "served_to": period.last_day,
                    "expected": True,
                    "stage": "final",
                    "state": "assessed",
                    "score_kind": "exact",
                    "score_hundredths": 7000,
                    "score_exact": "70",
                    "assessed_on": final,
                    "final_on": final,
                    "terms_version_id": version,
                    "pass_mark_hundredths": 9000,
                    "verdict": "below",
                    **owner,
                    **stamps,
                }

    def due_rows() -> Iterator[dict[str, Any]]:
        for id_, version in ids:
            for number, period in enumerate(periods):
                due = period.last_day + timedelta(days=15)
                yield {
                    "id": new_id(),
                    "service_center_id": office.center,
                    "contract_id": id_,
                    "kind": "notice",
                    "subject": str(period),
                    "terms_version_id": version,
                    "event_on": period.last_day,
                    "due_on": due,
                    "provisional": False,
                    "steps": [],
                    "in_force_from": FIRST.first_day,
                    "met_on": due + timedelta(days=1 if number % 10 == 0 else 0),
                    **stamps,
                }

    def finding_rows() -> Iterator[dict[str, Any]]:
        for id_, _ in ids:
            for number in range(12):
                day = date(2023, number % 12 + 1, 5)
                yield {
                    "id": new_id(),
                    "contract_id": id_,
                    "period": str(Period.of(day)),
                    "issue_type_id": issue_type,
                    "occurred_on": day,
                    "at_least": False,
                    **owner,
                    **stamps,
                }

    return {
        Contract: contract_rows(),
        TermsVersion: version_rows(),
        Assessment: month_rows(),
        DueDate: due_rows(),
        Finding: finding_rows(),
    }

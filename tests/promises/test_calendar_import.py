"""A holiday notice comes in while very many contracts wait for it."""

from datetime import date

from sqlalchemy import func, select, update
from sqlmodel import col

from app.database import Database, statements
from app.features.audit.actor import OPERATOR
from app.features.calendar import file
from app.features.contracts import terms_document
from app.features.contracts.recalculation import Imported, import_notice
from app.features.contracts.terms_document import TermsDocument
from app.models import DueDate, TermsVersion
from tests.crowd import settle
from tests.notices import csv_file, forget, invented_2027
from tests.office import TERMS, Office
from tests.promises.conftest import Promise

NOTICE = {"after": "period_end", "unit": "working_days", "length": 5, "roll": "none"}
MONTHS = 12


def test_an_import_sends_as_many_statements_for_many_contracts_as_for_few(
    office: Office, database: Database, promise: Promise
) -> None:
    """Importing a notice costs a constant number of statements, and two for every started thousand dates it moves."""
    _waiting(database, office, 2)
    few, sent_for_few = _import(database)
    forget(database, 2027)
    contracts = promise.size(2_000, 100)
    _waiting(database, Office(database, office.client, "XB"), contracts)
    many, sent_for_many = _import(database)
    promise.shows(contracts=contracts, due_dates_moved=many.moved, statements=sent_for_many)
    assert (few.moved, many.moved) == (2 * MONTHS, (2 + contracts) * MONTHS)
    assert sent_for_many - _writes(many) == sent_for_few - _writes(few)
    with database.read() as session:
        in_force = select(func.count()).where(col(DueDate.superseded_on).is_(None), col(DueDate.provisional).is_(False))
        assert session.execute(in_force).scalar_one() == many.moved


def _writes(done: Imported) -> int:
    # Two writes a batch, two readings of what they change, and three statements of the audit.
    return 7 * -(-done.recalculated // 1000)


def _import(database: Database) -> tuple[Imported, int]:
    with database.write() as session:
        before = statements(session)
        done = import_notice(session, OPERATOR, file.read(csv_file(invented_2027())))
        return done, statements(session) - before


def _waiting(database: Database, office: Office, contracts: int) -> None:
    """Settle contracts whose every due date is unmet and counted over the New Year of 2027 as if it had no holiday.

    Those that wait already wait again.
    """
    settle(database, office, contracts, MONTHS)
    clauses = {name: TERMS[name] for name in TERMS if name != "reference"} | {"notice": NOTICE}
    document = terms_document.written(TermsDocument(**clauses))
    counted = {"event_on": date(2026, 12, 31), "due_on": date(2027, 1, 7), "provisional": True, "met_on": None}
    with database.write() as session:
        session.execute(update(TermsVersion).values(document=document))
        session.execute(update(DueDate).where(col(DueDate.superseded_on).is_(None)).values(**counted))

"""Gathers marks for the nights, notes days on which time moves a contract, and forgets what every job has seen."""

import uuid
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import case, delete, insert, or_
from sqlmodel import Session, col

from app.database import Database
from app.features.nights import queries
from app.features.upserts import upsert
from app.models import ChangedContract, Gathering, NightContract, NightTurn

BATCH = 5000
"""Marks that are moved at once, so that memory does not grow with how many there are."""


def gather(database: Database) -> None:
    """Move the marks that are committed by now to where nights read them, under a number of their own.

    A mark is taken by being deleted, and by nothing else. A time of writing or a rising id would not do: a transaction
    that began early and commits late holds a time and an id that lie before those of marks gathered already, and would
    be passed over for good. Here its mark is simply not there yet, and the next gathering finds it.

    Who gathers holds the counter's row to the end of its transaction, so the numbers become visible in their order:
    who reads number n can read everything that was gathered under n and before.
    """
    with database.read() as session:
        if not queries.anything_marked(session):
            return
    with database.write() as session:
        number = _next(session)
        while moved := _taken(session):
            _keep(session, number, moved)


def _next(session: Session) -> int:
    statement = upsert(session, Gathering).values(id=1, number=1)
    again = statement.on_conflict_do_update(index_elements=["id"], set_={"number": col(Gathering.number) + 1})
    number: int = session.connection().execute(again.returning(col(Gathering.number))).scalar_one()
    return number


def _taken(session: Session) -> dict[uuid.UUID, date]:
    """Delete marks, and give each contract's last day."""
    taken = delete(ChangedContract).where(col(ChangedContract.id).in_(queries.oldest_marks(BATCH)))
    marks = taken.returning(col(ChangedContract.contract_id), col(ChangedContract.recorded_on))
    last: dict[uuid.UUID, date] = {}
    for contract_id, day in session.connection().execute(marks):
        last[contract_id] = max(day, last.get(contract_id, day))
    return last


def _keep(session: Session, number: int, moved: Mapping[uuid.UUID, date]) -> None:
    fresh = upsert(session, NightContract)
    later = case(
        (fresh.excluded.recorded_on > col(NightContract.recorded_on), fresh.excluded.recorded_on),
        else_=col(NightContract.recorded_on),
    )
    kept = fresh.on_conflict_do_update(index_elements=["gathering", "contract_id"], set_={"recorded_on": later})
    rows = [{"gathering": number, "contract_id": id_, "recorded_on": day} for id_, day in sorted(moved.items())]
    session.connection().execute(kept, rows)


def note_turns(session: Session, job: str, seen: Collection[uuid.UUID], turns: Mapping[uuid.UUID, date]) -> None:
    """Note on which days a job must look again at contracts that it has seen; those of the others stay."""
    own = (col(NightTurn.job) == job, col(NightTurn.contract_id).in_(seen))
    session.connection().execute(delete(NightTurn).where(*own))
    if turns:
        rows = [{"job": job, "contract_id": id_, "turns_on": day} for id_, day in sorted(turns.items())]
        session.connection().execute(insert(NightTurn), rows)


def forget(session: Session, gathered: int, since: date) -> None:
    """Forget what was gathered up to a number and marked up to a day: every job has looked at it."""
    keeping = or_(col(NightContract.gathering) > gathered, col(NightContract.recorded_on) > since)
    session.connection().execute(delete(NightContract).where(~keeping))

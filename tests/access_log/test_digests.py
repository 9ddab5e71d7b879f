"""What was seen is digested into the audit once a day, and a change of it is found; what is old is forgotten."""

import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from app import clock, nightly
from app.database import Database
from app.features.access_log import checking, digesting, writing
from app.features.access_log.entries import Entry
from app.features.audit import heads
from app.features.audit.actor import OPERATOR
from app.features.audit.verify import verify_database
from app.features.evidence.storage import Shelf
from app.models import AccessLogEntry
from app.models.words import AccessKind
from app.settings import Settings
from tests.office import Office

DAY = date(2023, 5, 8)
TODAY = DAY + timedelta(days=1)
TABLE = AccessLogEntry.__table__  # type: ignore[attr-defined]


def see(database: Database, day: date, *centers: uuid.UUID, number: int = 3) -> None:
    """Have so many entries of a day written, of somebody who may see these service centers."""
    noon = clock.midnight(day) + timedelta(hours=12)
    with database.write() as session:
        entries = [
            Entry(AccessKind.READ, "GET", "/v1/contracts", 200, centers=centers, principal="李主管", occurred_at=noon)
            for _ in range(number)
        ]
        writing.write(session, entries)


def digest(database: Database, today: date = TODAY) -> int:
    """Do what the night does."""
    with database.write() as session:
        return digesting.digest(session, OPERATOR, today)


def wrong(database: Database) -> list[str]:
    """Name the places that `kaohe verify` names; the chains themselves hold."""
    with database.snapshot() as session:
        assert verify_database(session, {}).bad == []
        return [bad.place for bad in checking.wrong(session)]


def digests(office: Office) -> list[dict[str, Any]]:
    """Read the digests of the office's chain."""
    return office.auditor.items("/v1/audit-events", action="access_log.digested")


def test_a_day_is_digested_once_and_center_by_center(office: Office, database: Database) -> None:
    """Midnight in Shanghai divides the days; what comes late is in the next digest, and counted."""
    other = Office(database, office.client, "XB")
    see(database, DAY, office.center)
    see(database, DAY, other.center, number=2)
    see(database, DAY)
    see(database, TODAY, office.center)
    assert digest(database) == 8
    assert digest(database) == 0
    (act,) = digests(office)
    assert (act["subject_id"], act["details"]["rows"], act["details"]["late"]) == ("2023-05-08", 3, 0)
    assert len(other.auditor.items("/v1/audit-events", action="access_log.digested")) == 1
    see(database, DAY, office.center, number=1)
    assert digest(database) == 0
    assert digest(database, TODAY + timedelta(days=1)) == 4
    assert [(act["details"]["rows"], act["details"]["late"]) for act in digests(office)] == [(3, 0), (4, 1)]
    assert wrong(database) == []


def test_nights_without_a_clock_are_made_up_for_by_one_digest(office: Office, database: Database) -> None:
    """A digest holds what is in none yet; a night in which nobody saw anything has none."""
    assert digest(database) == 0
    for days in range(3):
        see(database, DAY - timedelta(days=days), office.center, number=1)
    assert digest(database) == 3
    assert [(act["details"]["rows"], act["details"]["late"]) for act in digests(office)] == [(3, 0)]


def test_the_night_digests_before_the_heads_leave_the_database(
    office: Office, database: Database, tmp_path: Path
) -> None:
    """So the digest of yesterday is vouched for outside as well, and what is past its days is gone."""
    yesterday = clock.today() - timedelta(days=1)
    see(database, yesterday - timedelta(days=185), office.center, number=1)
    digest(database, yesterday - timedelta(days=184))
    see(database, yesterday, office.center)
    nightly.close_night(database, tmp_path / "heads.jsonl", Shelf.of(Settings(var_dir=tmp_path)), 184)
    last = digests(office)[-1]
    assert (last["subject_id"], last["details"]["rows"]) == (str(yesterday), 3)
    assert (str(office.center), last["number"]) in heads.anchors(heads.read(tmp_path / "heads.jsonl"))
    with database.read() as session:
        assert len(session.execute(select(TABLE.c.id)).all()) == 3
    assert wrong(database) == []
    with pytest.raises(ValueError, match="184"):
        Settings(access_log_days=183)


CHANGES = {
    "another status": update(TABLE).values(status=404),
    "another name": update(TABLE).values(principal="somebody"),
    "another mark": update(TABLE).values(digested_on=DAY - timedelta(days=1)),
    "no mark": update(TABLE).values(digested_on=None),
    "gone": delete(TABLE),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_a_digested_day_is_found(office: Office, database: Database, change: str) -> None:
    """One entry changed, hidden or deleted: the day is named; the other center's is not."""
    see(database, DAY, office.center)
    see(database, DAY)
    digest(database)
    with database.write() as session:
        one = session.execute(select(TABLE.c.id).where(TABLE.c.service_center_id == office.center)).first()
        assert one is not None
        session.execute(CHANGES[change].where(TABLE.c.id == one[0]))  # type: ignore[attr-defined]
    place = f"access_log {office.center} up to {DAY}"
    assert place in wrong(database)
    assert not any("service" in place for place in wrong(database))


def test_a_forged_entry_and_an_emptied_day_are_found(office: Office, database: Database) -> None:
    """Whoever adds one to a digested day, or takes all of one away."""
    see(database, DAY, office.center)
    digest(database)
    with database.write() as session:
        row = dict(session.execute(select(TABLE)).mappings().first() or {})
        session.execute(insert(TABLE).values(row | {"id": uuid.uuid4()}))
    assert wrong(database) == [f"access_log {office.center} up to {DAY}"]
    with database.write() as session:
        session.execute(delete(TABLE))
    assert wrong(database) == [f"access_log {office.center} up to {DAY}"]


def test_what_is_old_is_forgotten_after_its_digest_and_not_missed(office: Office, database: Database) -> None:
    """Entries go with their digest's day; what no digest vouches for yet stays, however old."""
    see(database, DAY, office.center, number=2)
    digest(database)
    see(database, TODAY, office.center, number=1)
    digest(database, TODAY + timedelta(days=1))
    see(database, DAY, office.center, number=1)
    assert digesting.forget(database, OPERATOR, DAY + timedelta(days=399), 400) == 0
    assert digesting.forget(database, OPERATOR, DAY + timedelta(days=400), 400) == 2
    assert digesting.forget(database, OPERATOR, DAY + timedelta(days=400), 400) == 0
    with database.read() as session:
        kept = session.execute(select(TABLE.c.digested_on).order_by(TABLE.c.digested_on.desc())).scalars().all()
    assert sorted(kept, key=str) == [TODAY, None]
    assert wrong(database) == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_an_entry_that_cannot_be_read_is_named_and_so_is_its_day(office: Office, database: Database) -> None:
    """PostgreSQL holds no such values."""
    see(database, DAY, office.center)
    digest(database)
    with database.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE access_log SET occurred_at = 'x' WHERE id = (SELECT min(id) FROM access_log)"
        )
    assert len(wrong(database)) == 2


def test_an_instant_belongs_to_its_day_in_shanghai(office: Office, database: Database) -> None:
    """A quarter past midnight there is still the day before in UTC."""
    entry = Entry(AccessKind.READ, "GET", "/v1/contracts", 200, centers=(office.center,))
    entry.occurred_at = datetime(2023, 5, 8, 16, 15, tzinfo=UTC)
    with database.write() as session:
        writing.write(session, [entry])
    assert (digest(database), digest(database, TODAY + timedelta(days=1))) == (0, 1)

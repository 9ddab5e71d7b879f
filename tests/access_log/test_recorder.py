"""Entries are written in batches beside the requests: nobody waits for them, and what cannot be written is counted."""

import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from app.database import Database
from app.features.access_log.entries import Entry
from app.features.access_log.recorder import EVERY_SECONDS, Recorder
from app.models.words import AccessKind
from tests.nights import every_row
from tests.office import Office

READ = "/v1/contracts/{contract_id}"
KILLED_AFTER = 180
"""Entries, nearly two seconds of them: one batch is written, and a second is being collected."""
WRITING_SECONDS = 0.8
"""That a batch takes to be written on a busy machine."""
AGES = 20
"""Seconds after which a read is said to wait: far more than any takes, and less than a writer waits."""


def entry(**more: Any) -> Entry:
    """Make an entry of somebody's read."""
    return Entry(AccessKind.READ, "GET", READ, 200, **{"principal": "李主管", **more})


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    sent: list[str] = []

    def count(*said: Any) -> None:
        sent.append(said[2])

    event.listen(database.engine, "before_cursor_execute", count)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", count)


def test_a_read_waits_for_no_writer(office: Office, database: Database) -> None:
    """Somebody holds the database, the log's writer waits for it, and reads are answered all the same."""
    contract = office.contract()
    recorder: Recorder = office.client.app.state.access_log
    recorder.note(entry())
    with database.write() as session:
        if database.dialect == "postgresql":
            session.execute(text("LOCK TABLE access_log IN ACCESS EXCLUSIVE MODE"))
        writing = threading.Thread(target=recorder.flush)
        writing.start()
        # Whoever wrote within the request would wait for the end of this transaction, which waits for the request.
        statuses: list[int] = []
        reading = threading.Thread(target=lambda: statuses.append(office.supervisor.get(contract).status_code))
        reading.start()
        reading.join(AGES)
        assert (statuses, writing.is_alive()) == ([200], True)
    writing.join()
    reading.join()
    recorder.flush()
    assert len(every_row(database)["access_log"]) == 2


def test_a_read_sends_no_statement_for_its_entry_and_a_batch_sends_two(office: Office, database: Database) -> None:
    """One finds the owners of all contracts of a batch, one inserts; a hundred times the entries cost no more."""
    recorder: Recorder = office.client.app.state.access_log
    first, second = (office.contract(number).rsplit("/", 1)[1] for number in ("XA-1", "XA-2"))
    for number in (2, 200):
        for place in range(number):
            recorder.note(entry(subjects={"contract_id": second if place % 2 else first}))
        with counted(database) as sent:
            assert recorder.flush() == number
        assert len([statement for statement in sent if statement.startswith(("SELECT", "INSERT"))]) == 2
    with counted(database) as sent:
        office.supervisor.get(f"/v1/contracts/{first}")
    assert not any("access_log" in statement for statement in sent)


def test_who_is_coming_in_is_named_when_the_entry_is_written(office: Office, database: Database) -> None:
    """The door knows the id alone; a failed attempt at a name that is nobody's stays without one."""
    recorder = Recorder(database)
    with database.read() as session:
        found = session.execute(text("SELECT id FROM principals WHERE name = 'vendor-XA'")).scalar_one()
    for who in (uuid.UUID(str(found)), None):
        recorder.note(Entry(AccessKind.SIGN_IN_REFUSED, "POST", "/sign-in", 401, who, code="sign-in-refused"))
    recorder.flush()
    known, stranger = office.admin.items("/v1/access-log", kind="sign_in_refused")
    assert (known["principal"], known["role"], known["vendor_id"]) == ("vendor-XA", "vendor", str(office.vendor))
    assert known["service_center_id"] == str(office.center)
    assert (stranger["principal_id"], stranger["service_center_id"]) == (None, None)


def test_what_the_database_refuses_is_kept_and_what_is_too_much_is_counted(database: Database) -> None:
    """An entry of the loss stands in the log as soon as the database takes entries again."""
    recorder = Recorder(database, most_waiting=3)
    _rename(database, "access_log", "gone")
    for _ in range(5):
        recorder.note(entry())
    assert recorder.flush() == 0
    _rename(database, "gone", "access_log")
    assert recorder.flush() == 3
    assert recorder.flush() == 0
    rows = every_row(database)["access_log"]
    assert sorted((row["kind"], row["times"]) for row in rows) == [("loss", 2), *[("read", 1)] * 3]


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_database_that_only_gives_has_changes_wait_and_entries_kept(office: Office, database: Database) -> None:
    """On a replica a change is told to come again, and no entry is lost to it."""
    recorder = Recorder(database)
    recorder.note(entry())
    recorder.note(entry())

    def only_give(connection: Connection) -> None:
        connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")

    event.listen(database.engine, "begin", only_give)
    answer = office.supervisor.post("/v1/vendors", {"service_center_id": str(office.center), "name": "某公司"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert recorder.flush() == 0
    event.remove(database.engine, "begin", only_give)
    database.engine.dispose()
    assert recorder.flush() == 2


def test_one_entry_that_cannot_be_written_keeps_no_other_out(database: Database) -> None:
    """What is there already was written before, by a batch whose answer was lost; it is no loss."""
    recorder = Recorder(database)
    once = entry()
    recorder.note(once)
    recorder.flush()
    for again in (once, entry(), entry(times=0), entry()):
        recorder.note(again)
    recorder.flush()
    assert len(every_row(database)["access_log"]) == 3


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_kill_loses_what_came_within_the_last_second_and_nothing_before_it(database: Database) -> None:
    """SIGKILL between collecting and writing: what is there is whole, in order, and lacks its end alone."""
    program = [sys.executable, "-m", "tests.access_log.killed_recorder", database.url]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        noted = [process.stdout.readline().split() for _ in range(KILLED_AFTER)]
        process.kill()
        killed_at = time.time()
        # What it has said before it died, a last line that was cut short left out.
        noted += [line.split() for line in process.stdout if line.endswith("\n")]
    assert process.returncode == -signal.SIGKILL
    kept = {row["principal"] for row in every_row(database)["access_log"]}
    lost = [float(at) for number, at in noted if number not in kept]
    # Nothing before the last batch is missing.
    assert [number for number, _ in noted[: len(noted) - len(lost)]] == [n for n, _ in noted if n in kept]
    assert 0 < len(lost) < len(noted)
    assert killed_at - min(lost) < EVERY_SECONDS + WRITING_SECONDS


def test_it_writes_by_itself_and_at_its_end(database: Database) -> None:
    """A full batch is written at once; the rest is written when the service stops."""
    recorder = Recorder(database)
    recorder.start()
    for _ in range(250):
        recorder.note(entry(principal_id=uuid.uuid4()))
    recorder.close()
    assert len(every_row(database)["access_log"]) == 250
    assert not any(thread.name == "access-log" for thread in threading.enumerate())


def _rename(database: Database, name: str, to: str) -> None:
    with database.write() as session:
        session.execute(text(f"ALTER TABLE {name} RENAME TO {to}"))

"""Streams of events: numbered without a gap in the order of their commits, each happening told once."""

import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.event import listen, remove
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from app.database import Database
from app.features.events.service import LARGEST_BODY, Happening, record
from app.features.events.types import TOLD, EventType
from app.models import Event
from app.models.words import Stream
from tests.office import Office


def _notified(office: Office, **more: object) -> Happening:
    fields: dict[str, object] = {
        "type": EventType.ASSESSMENT_NOTIFIED,
        "service_center_id": office.center,
        "vendor_id": office.vendor,
        "subject_id": uuid.uuid4(),
    }
    return Happening(**(fields | more))  # type: ignore[arg-type]


def _stream(session: Session, stream_id: uuid.UUID, after: int = 0) -> list[tuple[int, str]]:
    statement = select(col(Event.sequence), col(Event.key)).where(
        col(Event.stream_id) == stream_id, col(Event.sequence) > after
    )
    return [(number, key) for number, key in session.execute(statement.order_by(col(Event.sequence)))]


def test_both_sides_are_told_each_with_its_own_address(office: Office, database: Database) -> None:
    happening = _notified(office, period="2023-01", more={"document_no": "1号"})
    with database.write() as session:
        record(session, happening)
    with database.read() as session:
        events = {event.stream: event for event in session.scalars(select(Event)).all()}
    assert set(events) == {Stream.VENDOR, Stream.CENTER}
    assert (events[Stream.VENDOR].stream_id, events[Stream.CENTER].stream_id) == (office.vendor, office.center)
    body = json.loads(events[Stream.VENDOR].body)
    assert (body["type"], body["data"]["sequence"], body["data"]["document_no"]) == ("assessment.notified", 1, "1号")
    assert body["data"]["url"] == f"/v1/portal/assessments/{happening.subject_id}"
    assert json.loads(events[Stream.CENTER].body)["data"]["url"].startswith("/v1/contracts/")


def test_what_concerns_one_side_is_told_to_that_side_alone(office: Office, database: Database) -> None:
    with database.write() as session:
        record(session, _notified(office, type=EventType.SIGNAL_PROPOSED))
        record(session, _notified(office, type=EventType.RECTIFICATION_DUE))
        record(session, _notified(office, streams=frozenset({Stream.CENTER})))
    with database.read() as session:
        told = [(event.stream, event.type) for event in session.scalars(select(Event).order_by(col(Event.id)))]
    assert told == [
        (Stream.CENTER, "signal.proposed"),
        (Stream.VENDOR, "rectification.due"),
        (Stream.CENTER, "assessment.notified"),
    ]


def test_every_type_is_told_to_somebody() -> None:
    assert set(TOLD) == set(EventType)
    assert [type_ for type_, told in TOLD.items() if told.vendor is None and told.center is None] == []


def test_duplicate_event_is_refused(office: Office, database: Database) -> None:
    """The same happening at the same version is told once; the next version is another happening."""
    subject = uuid.uuid4()
    with database.write() as session:
        record(session, _notified(office, subject_id=subject), _notified(office, subject_id=subject, version=2))
    with pytest.raises(IntegrityError), database.write() as session:
        record(session, _notified(office, subject_id=subject))
    with database.read() as session:
        assert [number for number, _ in _stream(session, office.vendor)] == [1, 2]


def test_an_event_that_was_undone_leaves_no_gap(office: Office, database: Database) -> None:
    with database.write() as session:
        record(session, _notified(office))
        session.rollback()
    with database.write() as session:
        record(session, _notified(office))
    with database.read() as session:
        assert [number for number, _ in _stream(session, office.vendor)] == [1]


def test_an_oversized_event_is_caught_at_its_producer(office: Office, database: Database) -> None:
    with pytest.raises(ValueError, match="more than 20000 bytes"), database.write() as session:
        record(session, _notified(office, more={"text": "长" * LARGEST_BODY}))
    with database.read() as session:
        assert _stream(session, office.vendor) == []


def test_an_act_takes_the_streams_before_the_audits_chain(office: Office, database: Database) -> None:
    """Two acts that took them in different orders would each wait for what the other holds."""
    taken: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        taken.extend(head for head in ("event_heads", "audit_heads") if head in statement)

    contract = office.contract()
    finding = office.finding(contract, "2023-08-03")
    office.assess(contract, "2023-08", "95.00", "2023-09-10")
    office.finalize(contract, "2023-08", "2023-09-10")
    office.notify(contract, "2023-08", "2023-09-13", "8号")
    listen(database.engine, "before_cursor_execute", note)
    withdrawn = office.supervisor.post(f"{finding}/withdrawal", {"withdrawn_on": "2023-09-15", "reason": "误记"})
    remove(database.engine, "before_cursor_execute", note)
    assert withdrawn.status_code == 200
    assert set(taken) == {"event_heads", "audit_heads"}
    assert taken[0] == "event_heads"


def test_who_follows_the_numbers_misses_nothing_however_transactions_overlap(
    office: Office, database: Database
) -> None:
    """Eight producers at once, and a reader who goes on from the last number that it has seen."""
    seen: list[tuple[int, str]] = []
    done = threading.Event()

    def produce(_: int) -> None:
        for _number in range(5):
            with database.write() as session:
                record(session, _notified(office), _notified(office))

    def follow() -> None:
        while True:
            last_round = done.is_set()
            with database.read() as session:
                seen.extend(_stream(session, office.vendor, seen[-1][0] if seen else 0))
            if last_round:
                return

    with ThreadPoolExecutor(9) as pool:
        reader = pool.submit(follow)
        list(pool.map(produce, range(8)))
        done.set()
        reader.result()
    assert [number for number, _ in seen] == list(range(1, 81))
    assert len({key for _, key in seen}) == 80

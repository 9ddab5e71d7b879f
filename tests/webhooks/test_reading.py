"""Reading: the stream of events, the log of deliveries, both ways and narrowed."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from app import clock
from app.features.events.service import LARGEST_BODY, Happening, record
from app.features.events.texts import SENTENCES
from app.features.events.types import TOLD, EventType
from app.models import Event
from app.models.columns import canonical, new_id
from app.models.words import DeliveryStatus, Stream
from tests.api.asking import expect_problem
from tests.office import Office, Person
from tests.webhooks.vendors import DELIVERIES, EVENTS, delivered, registered, tell

NOTIFIED, DECIDED = EventType.ASSESSMENT_NOTIFIED, EventType.APPEAL_DECIDED


def _happening(office: Office, subject: uuid.UUID, **more: Any) -> Happening:
    return Happening(
        type=NOTIFIED, service_center_id=office.center, vendor_id=office.vendor, subject_id=subject, **more
    )


def test_duplicate_event_id_refused(office: Office) -> None:
    """The same happening is told once to a stream, and no two events have one id."""
    subject = new_id()
    with office.database.write() as session:
        told, _ = record(session, _happening(office, subject))
    with pytest.raises(IntegrityError), office.database.write() as session:
        record(session, _happening(office, subject))
    tell(office, DECIDED)
    other = update(Event).where(col(Event.type) == DECIDED, col(Event.stream) == Stream.VENDOR)
    with pytest.raises(IntegrityError), office.database.write() as session:
        session.execute(other.values(id=told))
    with office.database.write() as session:
        record(session, _happening(office, subject, version=2))
    assert [event["data"]["version"] for event in _forwards(office.vendor_portal, EVENTS, type=NOTIFIED)] == [1, 2]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_producers_oversize_caught(office: Office) -> None:
    """A body one byte too long never becomes an event; one of exactly the limit does."""
    plain = _happening(office, new_id(), streams=frozenset({Stream.VENDOR}), more={"kind": ""})
    with office.database.write() as session:
        record(session, plain)
        room = LARGEST_BODY - len(session.scalars(select(col(Event.body))).one().encode())
    fits = _happening(office, new_id(), streams=frozenset({Stream.VENDOR}), more={"kind": "x" * room})
    over = _happening(office, new_id(), streams=frozenset({Stream.VENDOR}), more={"kind": "x" * (room + 1)})
    with office.database.write() as session:
        record(session, fits)
    with pytest.raises(ValueError, match="more than 20000 bytes"), office.database.write() as session:
        record(session, over)
    assert [event["data"]["sequence"] for event in office.vendor_portal.get(EVENTS).json()["items"]] == [1, 2]


def test_the_event_that_is_read_is_the_one_that_is_sent(office: Office) -> None:
    """`type`, `timestamp` and `data` are those of the stored bytes; the id is beside them."""
    (told,) = tell(office, NOTIFIED)
    read = office.vendor_portal.get(f"{EVENTS}/{told}").json()
    with office.database.read() as session:
        body = session.scalars(select(col(Event.body)).where(col(Event.id) == told)).one()
    assert read.pop("id") == str(told)
    assert canonical(read) == body
    assert (read["type"], read["data"]["sequence"]) == ("assessment.notified", 1)


def test_a_poller_goes_on_from_where_it_was(office: Office) -> None:
    """Also after an empty page, and before the first event there is."""
    cursor = office.vendor_portal.get(EVENTS, limit=2).json()["next_cursor"]
    seen = []
    for types in ((NOTIFIED,), (), (DECIDED, NOTIFIED, NOTIFIED)):
        tell(office, *types)
        for _ in range(3):
            page = office.vendor_portal.get(EVENTS, limit=2, cursor=cursor).json()
            seen += [event["data"]["sequence"] for event in page["items"]]
            cursor = page["next_cursor"]
    assert seen == [1, 2, 3, 4]


def _forwards(person: Person, path: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := person.get(path, **query).json():
        found += page["items"]
        if not page["items"] or page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]
    return found


def test_lists_paged_both_ways(office: Office) -> None:
    """From the first page to the last and back: the same pages, on events and on deliveries."""
    endpoint = registered(office)
    delivered(office, endpoint, [DeliveryStatus.DELIVERED] * 7)
    for path in (EVENTS, DELIVERIES):
        pages = [office.vendor_portal.get(path, limit=3)]
        assert pages[0].json()["prev_cursor"] is None
        for _ in range(2):
            pages.append(office.vendor_portal.get(path, limit=3, cursor=pages[-1].json()["next_cursor"]))
        forwards = [[item["id"] for item in page.json()["items"]] for page in pages]
        assert [len(ids) for ids in forwards] == [3, 3, 1]
        back = pages[-1]
        backwards = [forwards[-1]]
        while back.json()["prev_cursor"]:
            assert 'rel="prev"' in back.headers["link"]
            back = office.vendor_portal.get(path, limit=3, cursor=back.json()["prev_cursor"])
            backwards.insert(0, [item["id"] for item in back.json()["items"]])
        assert backwards == forwards
        forth = office.vendor_portal.get(path, limit=3, cursor=back.json()["next_cursor"]).json()
        assert [item["id"] for item in forth["items"]] == forwards[1]
    newest, *_ = office.vendor_portal.items(DELIVERIES)
    (*_, last) = _forwards(office.vendor_portal, EVENTS)
    assert newest["event_id"] == last["id"]


def test_deliveries_are_narrowed(office: Office) -> None:
    """By endpoint, status, type, event and time."""
    first, second = registered(office), registered(office, "https://second.example/")
    (old,) = delivered(office, first, [DeliveryStatus.EXHAUSTED], at=clock.now() - timedelta(days=2))
    (new,) = delivered(office, first, [DeliveryStatus.DELIVERED], type_=DECIDED)
    (other,) = delivered(office, second, [DeliveryStatus.DELIVERED])
    yesterday = (clock.now() - timedelta(days=1)).isoformat()
    for query, expected in (
        ({"endpoint_id": first["id"]}, [new, old]),
        ({"status": "delivered"}, [other, new]),
        ({"event_type": "appeal.decided"}, [new]),
        ({"event_id": str(old.event_id)}, [old]),
        ({"since": yesterday}, [other, new]),
        ({"until": yesterday}, [old]),
    ):
        found = [item["id"] for item in office.vendor_portal.items(DELIVERIES, **query)]
        assert found == [str(sent.delivery_id) for sent in expected], query


def test_filters_by_type(office: Office) -> None:
    """A stream is narrowed to a type; a cursor of another filter is refused."""
    tell(office, NOTIFIED, DECIDED, NOTIFIED)
    page = office.vendor_portal.get(EVENTS, type="assessment.notified").json()
    assert [event["data"]["sequence"] for event in page["items"]] == [1, 3]
    mixed = office.vendor_portal.get(EVENTS, type="appeal.decided", cursor=page["next_cursor"])
    expect_problem(mixed, 400, "bad-request", "/query/cursor", "bad-cursor")
    assert office.vendor_portal.get(EVENTS, type="appeal.filed").json()["items"] == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_each_side_reads_its_own_stream(office: Office) -> None:
    """The center's stream is the center's, the vendor's the vendor's; an id of the other is not there."""
    (theirs,) = tell(office, NOTIFIED)
    (ours,) = tell(office, EventType.APPEAL_FILED, stream=Stream.CENTER)
    for person in (office.admin, office.supervisor, office.finance, office.auditor):
        assert [event["id"] for event in person.get("/v1/events").json()["items"]] == [str(ours)]
    assert [event["id"] for event in office.vendor_portal.get(EVENTS).json()["items"]] == [str(theirs)]
    expect_problem(office.vendor_portal.get(f"{EVENTS}/{ours}"), 404, "not-found")
    assert office.admin.get("/v1/events", service_center_id=str(uuid.uuid4())).json()["items"] == []


def test_every_type_has_its_sentence() -> None:
    """And says so in both languages."""
    assert set(SENTENCES) == set(TOLD) == set(EventType)
    assert all(json.dumps(sentence.zh) != f'"{sentence.zh}"' and sentence.en for sentence in SENTENCES.values())

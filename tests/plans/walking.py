"""Walks every operation and every job of the documented service center, and hears what they send."""

import json
import tempfile
import uuid
from datetime import date, timedelta
from pathlib import Path

import time_machine

from app import clock, nightly
from app.api.ids import CENTER, VENDOR
from app.database import Database
from app.features.budgets.queries import unlinked_of_payments
from app.features.evidence.queries import named
from app.features.evidence.storage import Shelf
from app.features.messages import claim_queries
from app.features.messages import claiming as letters
from app.features.webhooks import claiming as parcels
from app.features.webhooks import delivery_queries
from app.models.words import AskedBy, ChannelKind
from app.rules.webhook_shares import Room
from app.settings import Settings
from tests.fuzz.documented import Asked, Operation
from tests.fuzz.house import House
from tests.fuzz.stages import END
from tests.fuzz.wire import Raw, Wire
from tests.fuzz.world import NOW
from tests.plans.hearing import Heard

SOMEBODY = uuid.UUID("0189a3c2-5e01-7000-8000-000000000007")
MEASURED: dict[str, dict[str, object]] = {
    "list_assessments": {"year": 2023, "vendor_id": VENDOR, "order": "newest"},
    "list_portal_assessments": {"year": 2023, "order": "newest"},
    "list_alerts": {"service_center_id": CENTER, "status": "open"},
}
"""What the bench asks for by several filters at once: R2, R3 and R4."""
LATER = date(2024, 4, 10)
"""A night by which a quarter, a year of service and the days of many duties have ended."""


def walked(house: House) -> Heard:
    """Give what each change sent when it was made, what each list and each page sends, and what a night sends."""
    heard = Heard(dict(house.heard.sent))
    with time_machine.travel(NOW, tick=False), house.open(END) as app:
        # What was asked before is remembered, so that a list's first page costs what its next ones do.
        app.state.owners = house.owners
        wire = Wire(app)
        for operation in house.operations:
            if operation.method == "GET":
                _read(house, wire, operation, heard)
        nights(app.state.database, heard)
    return heard


def _read(house: House, wire: Wire, operation: Operation, heard: Heard) -> None:
    """Ask as documented, narrowed by each filter and each of its words, and for a second page."""
    token = house.token_for(operation)
    (plain,) = operation.requests()
    with heard.of(operation.id):
        answer = wire.send(Raw.of(plain, token))
    assert answer.status < 300, (operation.id, answer)
    for name in sorted(operation.query.keys() - {"limit", "cursor"}):
        for value in (*operation.query[name], *operation.words[name]):
            with heard.of(f"{operation.id}?{name}={value}"):
                wire.send(Raw.of(plain.narrowed(name, value), token))
    if "principal_id" in operation.query:
        with heard.of(f"{operation.id}?principal_id"):
            wire.send(Raw.of(plain.narrowed("principal_id", SOMEBODY), token))
    if "cursor" in operation.query:
        _pages(plain, token, wire, operation.id + "?", heard)
    if operation.id in MEASURED:
        asked = plain
        for name, value in MEASURED[operation.id].items():
            asked = asked.narrowed(name, value)
        said = f"{operation.id}?{'&'.join(MEASURED[operation.id])}"
        with heard.of(said):
            assert wire.send(Raw.of(asked, token)).status < 300, said
        _pages(asked, token, wire, said + "&", heard)


def _pages(asked: Asked, token: str | None, wire: Wire, said: str, heard: Heard) -> None:
    """Ask for a page of one row, and for the next one where there is any."""
    one = asked.narrowed("limit", 1)
    with heard.of(f"{said}limit=1"):
        answer = wire.send(Raw.of(one, token))
    following = json.loads(answer.body)["next_cursor"]
    if following:
        with heard.of(f"{said}cursor"):
            wire.send(Raw.of(one.narrowed("cursor", following), token))


def nights(database: Database, heard: Heard) -> None:
    """Run each job for today, for a later night, and for one that is past by then; then what follows a night."""
    with tempfile.TemporaryDirectory() as folder:
        for name in nightly.JOBS:
            for day in (clock.today(), LATER, LATER - timedelta(days=1)):
                with heard.of(f"night {name}" if day != LATER else f"night {name} later"):
                    nightly.run(database, name, day, AskedBy.CLOCK)
        for name in nightly.JOBS:
            with heard.of(f"night {name} of what changed"):
                nightly.run(database, name, LATER + timedelta(days=1), AskedBy.CLOCK, full=False)
        with heard.of("clock due"):
            nightly.due(database, clock.today())
        with heard.of("clock closes the night"):
            nightly.close_night(database, Path(folder) / "heads", Shelf.of(Settings(var_dir=Path(folder))), 30)
    with heard.of("deliverer"):
        with database.read() as session:
            delivery_queries.anything_to_do(session, clock.now())
        with database.write() as session:
            parcels.release(session)
        with database.write() as session:
            parcels.fan_out(session)
            parcels.claim(session, Room.of(64, 0, 0), timedelta(seconds=60))
    _seldom(database, heard)
    with heard.of("messenger"), database.write() as session:
        claim_queries.anything_to_do(session, clock.now())
        letters.release(session)
        letters.claim(session, dict.fromkeys(ChannelKind, (4, 4)), timedelta(seconds=60))


def _seldom(database: Database, heard: Heard) -> None:
    """Ask what a request or a night asks only where somebody linked a payment, or left a file without a row."""
    with heard.of("an expenditure of a payment"), database.write() as session:
        unlinked_of_payments(session, CENTER, [SOMEBODY])
    with heard.of("files without a row"), database.read() as session:
        named(session, ["0" * 64])

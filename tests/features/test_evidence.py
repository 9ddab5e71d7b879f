"""Evidence files: declared, sent, kept under their hash, and never trusted."""

import asyncio
import hashlib
import os
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI, Request
from httpx2 import Response
from typer.testing import CliRunner

from app import clock
from app.api.receiving import MOST_ARRIVALS, Announced, ArrivingAlready, BrokenOff, RawBody, TooSlow, arrivals
from app.cli import cli
from app.database import Database
from app.errors import KaoheError
from app.features.audit.actor import Actor
from app.features.audit.service import recording
from app.features.audit.verify import verify_database
from app.features.evidence import handing_in, queries, storage
from app.features.evidence.errors import EvidenceQuotaFull
from app.features.evidence.handing_in import NewFile
from app.features.evidence.service import attach, uses_of
from app.features.evidence.storage import Received, Shelf
from app.features.evidence.sweeping import sweep
from app.features.parties import service as parties
from app.settings import Settings, settings
from tests.office import Office, Person
from tests.rules import files

EVIDENCE = "/v1/portal/evidence"
ACTOR = Actor("供应商")
PICTURE = files.png()
PDF = files.PDF


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Give the folder that the office's application uses."""
    return Shelf.of(Settings(var_dir=tmp_path))


def declaration(content: bytes, name: str = "整改照片.png", **other: Any) -> dict[str, Any]:
    return {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), **other}


def declare(person: Person, content: bytes, name: str = "整改照片.png", **other: Any) -> str:
    made = person.post(EVIDENCE, declaration(content, name, **other))
    assert made.status_code == 201, made.text
    return f"{EVIDENCE}/{made.json()['id']}"


def send(person: Person, file: str, content: bytes, **headers: str | None) -> Response:
    plain: dict[str, str | None] = {"Idempotency-Key": None, "If-Match": None}
    return person.call("PUT", f"{file}/content", content=content, headers=plain | headers)


def kept(shelf: Shelf) -> list[str]:
    """Name every file in the folder, finished or not."""
    return sorted(path.name for path in shelf.folder.rglob("*") if path.is_file() and path.name != ".lock")


def refused(answer: Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code), answer.text


def use(database: Database, office: Office, file: str) -> uuid.UUID:
    """Have something refer to a file, as an appeal does."""
    subject = uuid.uuid4()
    with (
        database.write() as session,
        recording(session, ACTOR, office.center, "appeal.filed", subject, uses_of(subject)),
    ):
        attach(session, office.vendor, [uuid.UUID(file.rsplit("/", 1)[1])], "appeal", subject)
    return subject


def test_a_file_goes_in_and_comes_out_to_be_saved(office: Office, database: Database, shelf: Shelf) -> None:
    """Declared, sent twice, read by its vendor; by the center's people once something refers to it."""
    vendor = office.vendor_portal
    file = declare(vendor, PICTURE, note="一月")
    assert vendor.get(f"{file}/content").status_code == 404
    one: dict[str, str | None] = {"Idempotency-Key": "one"}
    sent = [send(vendor, file, PICTURE, **headers) for headers in ({}, {}, one, one)]
    assert [(answer.status_code, answer.json()["status"]) for answer in sent] == [(200, "stored")] * 4
    assert [answer.headers.get("Idempotent-Replayed") for answer in sent] == [None, None, None, "true"]
    assert kept(shelf) == [hashlib.sha256(PICTURE).hexdigest()]
    _is_to_be_saved(vendor.get(f"{file}/content"))
    of_center = file.replace("/portal", "")
    assert office.supervisor.get(of_center).status_code == 404
    assert office.supervisor.get(f"{of_center}/content").status_code == 404
    assert office.supervisor.items("/v1/evidence") == []
    assert vendor.get(file).json()["used"] is False
    subject = use(database, office, file)
    assert vendor.get(file).json()["used"] is True
    (listed,) = office.auditor.items("/v1/evidence", vendor_id=str(office.vendor))
    assert listed["used_by"] == [{"kind": "appeal", "id": str(subject)}]
    assert office.supervisor.get(f"{of_center}/content").content == PICTURE
    with database.read() as session:
        (row,) = queries.of_subject(session, [subject])[subject]
        assert (str(row["id"]), row["name"], row["media_type"]) == (listed["id"], "整改照片.png", "image/png")
        assert verify_database(session, {}).bad == []


def _is_to_be_saved(answer: Response) -> None:
    assert (answer.status_code, answer.content) == (200, PICTURE)
    names = "filename=\"____.png\"; filename*=UTF-8''%E6%95%B4%E6%94%B9%E7%85%A7%E7%89%87.png"
    assert answer.headers["content-disposition"] == f"attachment; {names}"
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_is_not_as_declared_leaves_nothing(office: Office, shelf: Shelf) -> None:
    """Wrong size, wrong hash, more than declared with and without saying so, and another file than its name says."""
    vendor = office.vendor_portal
    file = declare(vendor, PICTURE)
    refused(send(vendor, file, PICTURE[:-1]), 422, "size-differs")
    refused(send(vendor, file, PICTURE[:-1] + b"x"), 422, "hash-differs")
    refused(send(vendor, file, PICTURE + b"x"), 413, "body-too-large")
    pieces = iter([PICTURE, b"x"])
    longer = vendor.call("PUT", f"{file}/content", content=pieces, headers={"Idempotency-Key": None})
    refused(longer, 413, "body-too-large")
    for content, name, code, said in (
        (files.PROGRAM, "整改报告.pdf", "type-not-taken", "a program for Windows"),
        (files.docx(), "整改报告.pdf", "type-contradicts-name", "It is a Word document"),
        (files.zipped({"../a.xml": b"a"}), "a.docx", "type-not-taken", "leads elsewhere"),
        (files.zipped({"a.xml": bytes(2 << 20)}), "a.docx", "type-not-taken", "would grow"),
        (b"<html><script>alert(1)</script>", "a.txt", "type-not-taken", "a web page"),
    ):
        spoilt = declare(vendor, content, name)
        answer = send(vendor, spoilt, content)
        refused(answer, 422, code)
        assert said in answer.json()["detail"]
        assert vendor.get(spoilt).json()["status"] == "declared"
    assert kept(shelf) == []


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("said", "status", "pointer"),
    [
        ({"name": "../a.png"}, 422, "/name"),
        ({"name": "a\u202egnp.exe"}, 422, "/name"),
        ({"name": "a.exe"}, 422, "/name"),
        ({"name": "con.png"}, 422, "/name"),
        ({"size": 0}, 422, "/size"),
        ({"size": (10 << 20) + 1}, 422, "/size"),
        ({"sha256": "A" * 64}, 422, "/sha256"),
    ],
)
def test_a_declaration_is_refused_with_its_place(
    office: Office, said: dict[str, Any], status: int, pointer: str
) -> None:
    answer = office.vendor_portal.post(EVIDENCE, declaration(PICTURE) | said)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_another_vendors_file_is_not_there(office: Office, database: Database, shelf: Shelf) -> None:
    """Neither to be read, nor to be sent, nor to be referred to: it is refused like one that never was."""
    with database.write() as session:
        rival = parties.create_vendor(session, office.clerk, office.center, "对手公司")
        theirs = handing_in.declare(session, ACTOR, rival, NewFile(**declaration(PICTURE)), shelf).id
    vendor, file = office.vendor_portal, f"{EVIDENCE}/{theirs}"
    answers = [vendor.get(file), vendor.get(f"{file}/content"), send(vendor, file, PICTURE)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert vendor.items(EVIDENCE) == []
    unsent = declare(vendor, PICTURE).rsplit("/", 1)[1]
    for named, code in ((theirs, "unknown-evidence"), (uuid.UUID(unsent), "evidence-not-stored")):
        with database.write() as session, pytest.raises(KaoheError) as failed:
            attach(session, office.vendor, [named], "appeal", uuid.uuid4())
        (fault,) = failed.value.faults
        assert (fault.pointer, fault.code) == ("/evidence/0", code)


def test_the_quota_holds_for_two_who_declare_at_once(office: Office, database: Database, shelf: Shelf) -> None:
    """Two files of which only one fits: one is taken, however they come together; the same hash is counted once."""
    small = Shelf(shelf.folder, 1000, 1000, 1)
    results: list[object] = []
    barrier = threading.Barrier(2)

    def one(content: bytes) -> None:
        barrier.wait()
        try:
            with database.write() as session:
                said = NewFile(**declaration(content))
                results.append(handing_in.declare(session, ACTOR, office.vendor, said, small).left)
        except EvidenceQuotaFull as full:
            results.append(full.detail)

    threads = [threading.Thread(target=one, args=(letter * 600,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == ["400", "600 bytes are declared; 400 of 1000 are left."]
    taken = office.vendor_portal.items(EVIDENCE)[0]["sha256"]
    with database.write() as session:
        again = NewFile(name="a.png", size=600, sha256=taken)
        assert handing_in.declare(session, ACTOR, office.vendor, again, small).left == 400


def _old(path: Path, days: int) -> None:
    then = clock.now().timestamp() - days * 86400
    os.utime(path, (then, then))


def test_a_stop_between_file_and_row_is_swept_up(
    office: Office, database: Database, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file lies there and no row says so: it may be sent again; what nobody names any more goes after a day."""
    vendor = office.vendor_portal
    file = declare(vendor, PICTURE)
    moved = storage.Shelf.keep

    def stopped(own: Shelf, received: Received) -> None:
        moved(own, received)
        raise KeyboardInterrupt

    received = Received(shelf.incoming(), len(PICTURE), hashlib.sha256(PICTURE).hexdigest())
    received.path.write_bytes(PICTURE)
    monkeypatch.setattr(storage.Shelf, "keep", stopped)
    with pytest.raises(KeyboardInterrupt):
        handing_in.fill(database, ACTOR, office.vendor, uuid.UUID(file.rsplit("/", 1)[1]), received, shelf)
    monkeypatch.undo()
    assert (vendor.get(file).json()["status"], kept(shelf)) == ("declared", [received.sha256])
    _old(shelf.path(received.sha256), 2)
    assert sweep(database, shelf, ACTOR) == 0
    assert send(vendor, file, PICTURE).status_code == 200
    assert send(vendor, declare(vendor, PDF, "a.pdf"), PDF).status_code == 200


def test_a_night_forgets_what_was_never_sent_and_keeps_the_rest(
    office: Office, database: Database, shelf: Shelf
) -> None:
    """After 7 days a declaration without bytes is forgotten; then its leftover file goes, and what is stored stays."""
    vendor = office.vendor_portal
    stored, unsent = declare(vendor, PICTURE), declare(vendor, PDF, "a.pdf")
    assert send(vendor, stored, PICTURE).status_code == 200
    used = declare(vendor, PICTURE)
    assert send(vendor, used, PICTURE).status_code == 200
    use(database, office, used)
    leftover = Received(shelf.incoming(), len(PDF), hashlib.sha256(PDF).hexdigest())
    leftover.path.write_bytes(PDF)
    shelf.keep(leftover)
    broken_off, fresh = shelf.incoming(), shelf.incoming()
    for path in (broken_off, fresh):
        path.write_bytes(b"x")
    for path in (shelf.path(leftover.sha256), shelf.path(hashlib.sha256(PICTURE).hexdigest()), broken_off):
        _old(path, 2)
    assert sweep(database, shelf, ACTOR) == 1
    assert not broken_off.exists()
    with time_machine.travel(clock.now().timestamp() + 8 * 86400):
        assert sweep(database, shelf, ACTOR) == 3
        assert vendor.get(unsent).status_code == 404
        assert kept(shelf) == [hashlib.sha256(PICTURE).hexdigest()]
        assert sweep(database, shelf, ACTOR) == 0
        with database.read() as session:
            assert verify_database(session, {}).bad == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_file_that_was_changed_is_not_served(office: Office, shelf: Shelf) -> None:
    """What lies there is compared with its hash each time; sending the file again puts it right."""
    vendor = office.vendor_portal
    file = declare(vendor, PICTURE)
    assert send(vendor, file, PICTURE).status_code == 200
    path = shelf.path(hashlib.sha256(PICTURE).hexdigest())
    for spoil in (lambda: path.write_bytes(b"other"), path.unlink):
        _spoil(spoil)
        refused(vendor.get(f"{file}/content"), 503, "evidence-unreadable")
        assert [sha256 for sha256, _ in shelf.wrong([path.name])] == [path.name]
        assert send(vendor, file, PICTURE).status_code == 200
        assert vendor.get(f"{file}/content").content == PICTURE


def _spoil(spoil: Callable[[], object]) -> None:
    spoil()


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_verify_names_a_file_that_is_gone(
    office: Office, database: Database, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The record alone would hold; the folder beside it is looked at as well."""
    assert send(office.vendor_portal, declare(office.vendor_portal, PICTURE), PICTURE).status_code == 200
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("KAOHE_VAR_DIR", str(tmp_path))
    settings.cache_clear()
    assert CliRunner().invoke(cli, ["verify"]).exit_code == 0
    path = shelf.path(hashlib.sha256(PICTURE).hexdigest())
    path.unlink()
    gone = CliRunner().invoke(cli, ["verify"])
    settings.cache_clear()
    assert gone.exit_code == 1
    assert f"BAD  evidence {path.name}  The file is not in the folder of evidence." in gone.output


@pytest.mark.parametrize(("after", "error"), [("drips", TooSlow), ("breaks off", BrokenOff)])
def test_bytes_that_do_not_come_in_time_or_at_all(tmp_path: Path, after: str, error: type[Exception]) -> None:
    """Who drips is cut off, and whoever goes away is not waited for; nothing of it stays."""
    shelf = Shelf(tmp_path, 1000, 1000, 1)
    app = FastAPI()
    app.state.evidence = shelf
    pieces: Iterator[bytes] = iter(())

    async def receive() -> dict[str, Any]:
        piece = next(pieces, None)
        if piece is None and after == "breaks off":
            return {"type": "http.disconnect"}
        await asyncio.sleep(0 if piece else 60)
        return {"type": "http.request", "body": piece, "more_body": True}

    file, sender = uuid.uuid4(), uuid.uuid4()
    for _ in range(2):
        pieces = iter([b"some", b"more"])
        with pytest.raises(error):
            asyncio.run(_arrive(app, Announced(100, file, sender), receive))
        assert kept(shelf) == []


async def _arrive(app: FastAPI, announced: Announced, receive: Callable[[], Awaitable[dict[str, Any]]]) -> bytes:
    request = Request({"type": "http", "app": app, "headers": [], "method": "PUT"}, receive)
    async with RawBody(lambda _: announced, "").arriving(request) as received:
        return received.path.read_bytes()


def test_bytes_beyond_the_quota_do_not_lie_there_while_they_arrive(tmp_path: Path) -> None:
    """Thirty at once for one file hold the place of one, thirty files that of four; others are not kept waiting."""
    shelf = Shelf(tmp_path, 1000, 1000, 60)
    app = FastAPI()
    app.state.evidence = shelf

    async def arriving() -> tuple[list[int], list[int]]:
        go = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await go.wait()
            return {"type": "http.request", "body": b"some", "more_body": False}

        def start(files_of: dict[uuid.UUID, uuid.UUID]) -> list[asyncio.Task[bytes]]:
            said = [Announced(100, file, sender) for file, sender in files_of.items()]
            return [asyncio.create_task(_arrive(app, one, receive)) for one in said]

        vendor, other, file = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
        same = [task for _ in range(30) for task in start({file: vendor})]
        many = start({uuid.uuid4(): vendor for _ in range(30)})
        theirs = start({uuid.uuid4(): other})
        for _ in range(3000):
            # All sixty are then accounted for: they are held, or refused.
            if len(kept(shelf)) > MOST_ARRIVALS and _refusals([*same, *many]) >= 60 - MOST_ARRIVALS:
                break
            await asyncio.sleep(0.01)
        held = [len(kept(shelf)), _refusals([*same, *many])]
        waiting = next(task for task in same if not task.done())
        waiting.cancel()
        await asyncio.wait([waiting])
        again = start({file: vendor})
        go.set()
        ended = await asyncio.gather(*many, *theirs, *again, return_exceptions=True)
        return held, [ended.count(b"some"), len(kept(shelf))]

    assert asyncio.run(arriving()) == ([MOST_ARRIVALS + 1, 60 - MOST_ARRIVALS], [MOST_ARRIVALS + 1, 0])


def _refusals(tasks: list[asyncio.Task[bytes]]) -> int:
    return sum(task.done() and isinstance(task.exception(), ArrivingAlready) for task in tasks)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_file_is_not_sent_twice_at_once(office: Office, shelf: Shelf) -> None:
    """While its bytes are on their way the second is told to wait; then it is taken."""
    vendor = office.vendor_portal
    file, other = declare(vendor, PICTURE), declare(vendor, PICTURE)
    with arrivals.one(Announced(len(PICTURE), uuid.UUID(file.rsplit("/", 1)[1]), office.vendor)):
        waits = send(vendor, file, PICTURE)
        refused(waits, 503, "arriving-already")
        assert int(waits.headers["Retry-After"]) > 0
        assert send(vendor, other, PICTURE).status_code == 200
    assert send(vendor, file, PICTURE).status_code == 200
    assert kept(shelf) == [hashlib.sha256(PICTURE).hexdigest()]

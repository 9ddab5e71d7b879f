"""`kaohe listen`: prints what happens, posts it signed, remembers its place, and outlives errors that pass."""

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.features.events.service import Happening, record
from app.features.events.types import EventType
from examples.verify.verify import verify
from tests.live import serving
from tests.office import Office
from tests.ports import free_port
from tests.receivers import Receiver, answers, receiving, takes

ROOT = Path(__file__).resolve().parents[1]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 the standard's example
PATIENCE_SECONDS = 60

Happens = Callable[[], str]


@pytest.fixture
def happens(office: Office) -> Happens:
    """Let something happen, and give the event's id."""

    def one() -> str:
        with office.database.write() as session:
            told = Happening(
                type=EventType.ALERT_OPENED,
                service_center_id=office.center,
                vendor_id=office.vendor,
                subject_id=uuid.uuid4(),
                period="2023-01",
            )
            return str(record(session, told)[0])

    return one


@pytest.fixture
def address(office: Office, tmp_path: Path) -> Iterator[str]:
    """Give the address of the served office."""
    with serving(office.database, tmp_path) as served:
        yield served


def _listens(office: Office, address: str, *options: str, code: int = 0) -> list[str]:
    """Listen until there is nothing more, or nobody takes it, and give what is printed."""
    given = ["listen", "--url", address, "--token", office.vendor_portal.token, "--once", *options]
    ended = CliRunner().invoke(cli, given)
    assert ended.exit_code == code, ended.output
    # The service logs in this same process.
    return [line for line in ended.stdout.splitlines() if "request_id=" not in line]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_it_prints_what_is_new_and_goes_on_where_the_file_says(
    office: Office, address: str, happens: Happens, tmp_path: Path
) -> None:
    happens()
    kept = ("--cursor-file", str(tmp_path / "cursor"))
    assert _listens(office, address, *kept) == [], "what there was before is not new"
    second, third = happens(), happens()
    assert [json.loads(line)["id"] for line in _listens(office, address, "--json", *kept)] == [second, third]
    assert _listens(office, address, *kept) == []
    everything = _listens(office, address, "--all")
    assert [line.split()[1:4] for line in everything] == [[str(n), "alert.opened", "2023-01"] for n in (1, 2, 3)]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_it_posts_what_a_webhook_carries_correctly_signed(office: Office, address: str, happens: Happens) -> None:
    first = happens()
    with receiving(takes) as (receiver,):
        lines = _listens(office, address, "--all", "--secret", SECRET, "--forward", _local(receiver))
    (got,) = receiver.got
    assert lines[0].endswith("answered 204")
    assert got.headers["webhook-id"] == first
    assert verify(SECRET, got.headers, got.body)
    with office.database.read() as session:
        body = session.connection().exec_driver_sql("SELECT body FROM events WHERE stream = 'vendor'").scalar_one()
    assert got.body == body.encode(), "the very bytes that a webhook carries"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_receiver_that_fails_or_is_not_there_gets_its_events_later(
    office: Office, address: str, happens: Happens, tmp_path: Path
) -> None:
    """An event that is not taken is said, and holds the ones behind it: none is passed over."""
    kept = ("--cursor-file", str(tmp_path / "cursor"))
    _listens(office, address, *kept)
    told = [happens(), happens()]
    with receiving(answers(302, location="http://127.0.0.1/")) as (receiver,):
        moved = _listens(office, address, *kept, "--forward", _local(receiver), code=1)
    assert [line.split("  ")[-1] for line in moved] == ["not delivered: answered 302"]
    (gone,) = _listens(office, address, *kept, "--forward", f"http://127.0.0.1:{free_port()}/", code=1)
    assert "not delivered" in gone
    with receiving(takes) as (receiver,):
        _listens(office, address, *kept, "--forward", _local(receiver))
    assert [got.headers["webhook-id"] for got in receiver.got] == told


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_token_that_opens_nothing_ends_it_with_the_problem(address: str) -> None:
    ended = CliRunner().invoke(cli, ["listen", "--url", address, "--token", "kaohe_wrong", "--once"])
    assert ended.exit_code == 2
    assert "401 unauthenticated" in ended.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--url", "ftp://127.0.0.1"],
        ["--url", "nowhere"],
        ["--forward", "127.0.0.1:9000"],
        ["--forward", "http://127.0.0.1:9000", "--secret", "whsec_c2hvcnQ="],
    ],
)
def test_what_is_no_address_or_no_secret_is_refused(options: list[str]) -> None:
    assert CliRunner().invoke(cli, ["listen", "--token", "t", *options]).exit_code == 2


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_it_waits_for_a_service_that_is_not_there_yet_and_ends_on_ctrl_c(
    office: Office, happens: Happens, tmp_path: Path
) -> None:
    first, port = happens(), free_port()
    # Whoever runs the tests in a shell's background has Ctrl-C ignored, and so would the program.
    program_text = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from app.cli import main; main()"
    )
    command = [sys.executable, "-c", program_text, "listen", "--all", "--json", "--every", "0.1"]
    chosen = {"KAOHE_URL": f"http://127.0.0.1:{port}", "KAOHE_TOKEN": office.vendor_portal.token}
    listening = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, **chosen, "PYTHONPATH": str(ROOT)},
    )
    impatience = threading.Timer(PATIENCE_SECONDS, listening.kill)
    impatience.start()
    with listening as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert "oldest event" in program.stderr.readline()
        assert "does not answer" in program.stderr.readline()
        with serving(office.database, tmp_path, port=port):
            assert json.loads(program.stdout.readline())["id"] == first
            program.send_signal(signal.SIGINT)
            _, said = program.communicate()
    impatience.cancel()
    assert program.returncode == 0, said
    assert said.endswith("Stopped.\n")


def _local(receiver: Receiver) -> str:
    return f"http://127.0.0.1:{receiver.port}/kaohe"

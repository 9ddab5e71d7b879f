"""What was written is sent once, tried again by its schedule, and a channel that fails delays nobody."""

import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from apprise.plugins.wecombot import NotifyWeComBot
from typer.testing import CliRunner

from app.cli import cli
from app.database import Database
from app.features.messages import claiming
from app.features.messages.claiming import Letter, Outcome
from app.features.messages.messenger import Messenger
from app.features.messages.sending import SILENCES, MailServer, Post
from app.features.webhooks.sealing import Sealer, sealer
from app.models.columns import canonical
from app.models.words import ChannelKind
from app.settings import Settings, settings
from tests.messages.readers import NIGHT, deliver, night_of, open_alerts, reader, write, written
from tests.office import Office
from tests.receivers import Behaviour, answer, answers, drips, in_turn, receiving, silent
from tests.robots import SECRET, Robots, address, named_by, robots
from tests.waiting import PATIENCE_SECONDS, wait_until

SEALER = Sealer(["only for tests"])
ROOM = dict.fromkeys(ChannelKind, (4, 2))
KINDS = tuple(ChannelKind)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Robots]:
    """Give every platform and a mail server, on this machine."""
    with robots(monkeypatch) as there:
        yield there


@pytest.fixture
def config(there: Robots, tmp_path: Path) -> Settings:
    """Give the settings of a deployment that sends there."""
    return there.settings(var_dir=tmp_path)


def letter(kind: ChannelKind, where: dict[str, str]) -> Letter:
    """Make a letter to an address."""
    return Letter(uuid.uuid4(), 1, kind, "考核提醒：预警新增1条", "窗口〈1〉 & “离岗”", SEALER.seal(canonical(where)))


def post(there: Robots) -> Post:
    """Give the post of the tests."""
    return Post(SEALER, MailServer.of(there.settings()), 1)


@pytest.mark.parametrize("kind", KINDS)
def test_each_channel_is_told_in_its_own_format(there: Robots, kind: ChannelKind) -> None:
    """Subject and text arrive as they were written, signs of markup too; nothing is shortened or decorated."""
    assert post(there).send(letter(kind, address(kind, 1))) is None
    assert [text.strip() for text in there.told(kind, 1)] == ["考核提醒：预警新增1条\n窗口〈1〉 & “离岗”"]


def test_proxies_and_logins_of_the_environment_are_ignored(
    there: Robots, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A proxy that somebody's shell names would read every token."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for kind in (ChannelKind.DINGTALK, ChannelKind.WECOM, ChannelKind.FEISHU):
        assert post(there).send(letter(kind, address(kind, 1))) is None


@pytest.mark.parametrize(
    ("behaviour", "word"),
    [
        (answers(200, b'{"errcode":93000,"errmsg":"invalid webhook url"}'), "refused_93000"),
        (answers(200, b"<html>"), "answer_unreadable"),
        (answers(200, b'{"hello":1}'), "refused_None"),
        (answers(500), "status_500"),
        (answers(302, Location="http://127.0.0.1:9/elsewhere"), "status_302"),
        (silent(3), "timeout"),
        (in_turn(b""), "no_connection"),
    ],
)
def test_what_is_not_well_is_said_in_a_word(
    there: Robots, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour, word: str
) -> None:
    """A robot answers 200 also where it refuses; a redirect is not followed; nobody is waited for without an end."""
    with receiving(behaviour) as (receiver,):
        monkeypatch.setattr(NotifyWeComBot, "notify_url", f"http://127.0.0.1:{receiver.port}/send?key={{key}}")
        assert post(there).send(letter(ChannelKind.WECOM, address(ChannelKind.WECOM, 1))) == word
        assert len(receiver.got) == 1


def _drips_headers(_got: object, connection: socket.socket) -> None:
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            connection.sendall(b"x")
            time.sleep(0.02)


@pytest.mark.parametrize("behaviour", [drips, _drips_headers])
def test_an_answer_that_drips_is_ended_in_time(
    there: Robots, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    """No single read waits long, but the attempt as a whole lasts for three silences at most."""
    with receiving(behaviour) as (receiver,):
        monkeypatch.setattr(NotifyWeComBot, "notify_url", f"http://127.0.0.1:{receiver.port}/send?key={{key}}")
        _ends_in_time(Post(SEALER, MailServer.of(there.settings()), 0.2), ChannelKind.WECOM)


def test_a_mail_server_that_drips_is_ended_in_time() -> None:
    """Its greeting never comes to an end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greets() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                while True:
                    connection.sendall(b"2")
                    time.sleep(0.02)

        greeting = threading.Thread(target=greets)
        greeting.start()
        server = MailServer("127.0.0.1", listener.getsockname()[1], "insecure", sender="kaohe@office.example")
        _ends_in_time(Post(SEALER, server, 0.2), ChannelKind.EMAIL)
        greeting.join()


def _ends_in_time(post: Post, kind: ChannelKind) -> None:
    began = time.monotonic()
    assert post.send(letter(kind, address(kind, 1))) == "timeout"
    # Left to itself it would never end; how busy the machine is, is not what is asked.
    assert SILENCES * 0.2 <= time.monotonic() - began < PATIENCE_SECONDS


def test_an_answer_is_read_only_so_far(there: Robots, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who answers without an end is cut off."""
    flood: Behaviour = lambda _got, connection: connection.sendall(answer(200, b"x" * 300_000))  # noqa: E731 one line says it
    with receiving(flood) as (receiver,):
        monkeypatch.setattr(NotifyWeComBot, "notify_url", f"http://127.0.0.1:{receiver.port}/send?key={{key}}")
        word = post(there).send(letter(ChannelKind.WECOM, address(ChannelKind.WECOM, 1)))
    assert word == "answer_unreadable"


def test_mail_without_a_server_or_a_mailbox_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment without a mail server says so; a mailbox that is refused is no success."""
    where = address(ChannelKind.EMAIL, 1)
    assert Post(SEALER, MailServer()).send(letter(ChannelKind.EMAIL, where)) == "no_mail_server"
    with robots(monkeypatch, where["address"]) as there:
        assert post(there).send(letter(ChannelKind.EMAIL, where)) == "not_taken"
        sealed_by_another = Sealer(["another"]).seal("{}")
        unreadable = Letter(uuid.uuid4(), 1, ChannelKind.EMAIL, "a", "b", sealed_by_another)
        assert post(there).send(unreadable) == "address_unreadable"


def _one_message_each(
    database: Database, office: Office, config: Settings, kinds: tuple[ChannelKind, ...]
) -> list[uuid.UUID]:
    """Have a night write one message to each of some readers, numbered from 0, and give their channels."""
    office.contract()
    with database.write() as session:
        channels = [reader(session, office, number, kind, config) for number, kind in enumerate(kinds)]
    open_alerts(database, office, ["2023-01"])
    assert write(database).written == len(kinds)
    return channels


def test_a_channel_that_fails_is_tried_six_times_and_then_given_up(
    database: Database, office: Office, there: Robots, config: Settings
) -> None:
    """1, 5 and 30 minutes, 2 and 6 hours; meanwhile everybody else has their message."""
    there.refusing[named_by(ChannelKind.DINGTALK, 0)] = answer(200, b'{"errcode":130101,"errmsg":"too fast"}')
    _one_message_each(database, office, config, (ChannelKind.DINGTALK, ChannelKind.DINGTALK, ChannelKind.EMAIL))
    attempts = {at: deliver(database, config, NIGHT, at) for at in ("00:30", "00:31", "00:35", "00:36", "01:06")}
    assert attempts == {"00:30": 3, "00:31": 1, "00:35": 0, "00:36": 1, "01:06": 1}
    failed = {message.status.value: message for message in written(database)}["failed"]
    assert (failed.attempts, failed.last_error) == (4, "refused_130101")
    assert [deliver(database, config, NIGHT, at) for at in ("03:05", "03:06", "09:05", "09:06", "23:59")] == [
        0, 1, 0, 1, 0,
    ]  # fmt: skip
    statuses = sorted((message.status.value, message.attempts) for message in written(database))
    assert statuses == [("given_up", 6), ("sent", 1), ("sent", 1)]
    assert len(there.told(ChannelKind.DINGTALK, 1)) == len(there.told(ChannelKind.EMAIL, 2)) == 1


def test_the_command_says_how_many_were_sent_and_how_many_failed(
    database: Database, office: Office, there: Robots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attempt that was refused is no message that was sent."""
    there.refusing[named_by(ChannelKind.DINGTALK, 0)] = answer(500)
    _one_message_each(
        database, office, there.settings(var_dir=tmp_path), (ChannelKind.DINGTALK, *[ChannelKind.WECOM] * 2)
    )
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("KAOHE_VAR_DIR", str(tmp_path))
    settings.cache_clear()
    try:
        with night_of(NIGHT):
            said = CliRunner().invoke(cli, ["send-messages", "--once"])
    finally:
        settings.cache_clear()
    assert said.stdout.strip() == "2 sent, 1 failed; nothing more is due now."


def test_a_platform_that_hangs_delays_no_other(
    database: Database, office: Office, there: Robots, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six wait for a robot that says nothing, more than there are places; the mails are sent before it is given up."""
    _one_message_each(database, office, config, (*[ChannelKind.WECOM] * 6, *[ChannelKind.EMAIL] * 3))
    released = threading.Event()

    def hangs(_got: object, connection: socket.socket) -> None:
        released.wait(PATIENCE_SECONDS)
        connection.close()

    slow = config.model_copy(update={"message_seconds": 30})
    with receiving(hangs) as (receiver,):
        monkeypatch.setattr(NotifyWeComBot, "notify_url", f"http://127.0.0.1:{receiver.port}/send?key={{key}}")
        with night_of(NIGHT, "00:30"):
            messenger = Messenger.of(database, slow)
            working = threading.Thread(target=messenger.run)
            working.start()
            try:
                wait_until(lambda: len(there.mail.mails) == 3 and receiver.connections >= 4)
                mails, waiting = len(there.mail.mails), receiver.connections
            finally:
                messenger.stop()
                released.set()
                working.join()
    assert (mails, waiting) == (3, 4)


def test_two_workers_send_each_message_once(
    database: Database, office: Office, there: Robots, config: Settings
) -> None:
    """However they meet, no two claim the same message."""
    _one_message_each(database, office, config, (ChannelKind.FEISHU,) * 24)
    with night_of(NIGHT, "00:30"):
        workers = [Messenger.of(database, config) for _ in range(3)]
        threads = [threading.Thread(target=worker.run, kwargs={"once": True}) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [len(there.told(ChannelKind.FEISHU, number)) for number in range(24)] == [1] * 24
    assert sum(worker.sent for worker in workers) == 24


def test_two_claims_at_once_never_take_the_same(database: Database, office: Office, config: Settings) -> None:
    """The second claim begins while the first is not committed yet: it takes others, or none."""
    _one_message_each(database, office, config, (ChannelKind.FEISHU,) * 6)
    second: list[Letter] = []

    def claim_too() -> None:
        with database.write() as session:
            second.extend(claiming.claim(session, ROOM, timedelta(minutes=5)))

    with night_of(NIGHT, "00:30"):
        other = threading.Thread(target=claim_too)
        with database.write() as session:
            first = claiming.claim(session, ROOM, timedelta(minutes=5))
            other.start()
            other.join(0.3)
        other.join()
    assert len(first) == 4
    assert {letter.message_id for letter in first}.isdisjoint(letter.message_id for letter in second)


def test_a_worker_that_is_killed_between_sending_and_noting_costs_one_message_more(
    database: Database, office: Office, there: Robots, config: Settings
) -> None:
    """Its lease expires, somebody else sends the message again; what the first one notes late changes nothing."""
    _one_message_each(database, office, config, (ChannelKind.WECOM,))
    with night_of(NIGHT, "00:30"):
        with database.write() as session:
            (taken,) = claiming.claim(session, ROOM, timedelta(seconds=-1))
        sending = Post(sealer(config), MailServer.of(config))
        assert sending.send(taken) is None
        assert deliver(database, config, NIGHT, "00:30") == 1
        with database.write() as session:
            claiming.note(session, [Outcome(taken, "timeout", message.created_at) for message in written(database)])
    (message,) = written(database)
    assert (message.status.value, message.attempts, message.last_error) == ("sent", 2, None)
    assert len(there.told(ChannelKind.WECOM, 0)) == 2
    assert deliver(database, config, NIGHT, "02:00") == 0


def test_no_token_stands_in_a_log(there: Robots, caplog: pytest.LogCaptureFixture) -> None:
    """Neither Apprise nor what carries its requests says where something went, at whatever level."""
    caplog.set_level("DEBUG")
    there.refusing[named_by(ChannelKind.DINGTALK, 1)] = answer(500)
    for kind in KINDS:
        post(there).send(letter(kind, address(kind, 1)))
    assert SECRET not in caplog.text
    assert [kind for kind in KINDS if named_by(kind, 1) in caplog.text] == []

"""One's own channels, settings and messages over the API: nobody else's, and never an address in an answer."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlmodel import col, select

from app.database import Database
from app.models import AuditEvent
from app.models.words import ChannelKind, Role
from app.settings import Settings
from tests.api.asking import expect_problem
from tests.messages.readers import deliver, open_alerts, write, written
from tests.nights import every_row
from tests.office import Office, Person
from tests.receivers import answer
from tests.robots import SECRET, Robots, address, named_by, robots

CHANNELS = "/v1/me/channels"
SETTINGS = "/v1/me/message-settings"
MESSAGES = "/v1/me/messages"
MAIL: dict[str, Any] = {"kind": "email", "name": "单位邮箱", "address": "officer1@office.example"}


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Robots]:
    """Give every platform and a mail server, on this machine."""
    with robots(monkeypatch) as there:
        yield there


@pytest.fixture
def config(there: Robots, tmp_path: Path) -> Settings:
    """Give the settings of the messenger: the same key as the application's, which keeps it in the same folder."""
    return there.settings(var_dir=tmp_path)


def _added(person: Person, kind: ChannelKind, number: int) -> str:
    """Add somebody's channel and give its address in the API."""
    made = person.post(CHANNELS, {"kind": kind.value, "name": "考核科", **address(kind, number)})
    assert made.status_code == 201, made.text
    return f"{CHANNELS}/{made.json()['id']}"


def test_a_channel_is_tried_once_a_minute(database: Database, office: Office, there: Robots, config: Settings) -> None:
    """Its owner sees by a word how it fares, and what was sent."""
    channel = _added(office.supervisor, ChannelKind.DINGTALK, 1)
    assert [office.supervisor.get(channel).json()[name] for name in ("hint", "verified_at")] == ["…0001", None]
    with time_machine.travel("2024-03-05T08:00:00Z", tick=False):
        test = office.supervisor.post(f"{channel}/test")
        assert (test.status_code, test.json()["status"]) == (202, "waiting")
        expect_problem(office.supervisor.post(f"{channel}/test"), 409, "test-too-soon")
    assert deliver(database, config, "2024-03-05", "16:00") == 1
    there.refusing[named_by(ChannelKind.DINGTALK, 1)] = answer(500)
    with time_machine.travel("2024-03-05T08:01:01Z", tick=False):
        assert office.supervisor.post(f"{channel}/test").status_code == 202
    assert deliver(database, config, "2024-03-05", "16:02") == 1
    read = office.supervisor.get(channel).json()
    assert (read["last_status"], read["last_error"], read["verified_at"][:10]) == ("failed", "status_500", "2024-03-05")
    assert len(there.told(ChannelKind.DINGTALK, 1)) == 1


def test_a_removed_channel_gets_nothing_more(
    database: Database, office: Office, there: Robots, config: Settings
) -> None:
    """Not what was waiting for it, and not what the next nights would write."""
    office.contract()
    channel = _added(office.supervisor, ChannelKind.DINGTALK, 1)
    open_alerts(database, office, ["2023-01"])
    assert write(database, "2024-03-06").written == 1
    assert office.supervisor.post(f"{channel}/removal").json()["removed_at"] is not None
    expect_problem(office.supervisor.post(f"{channel}/removal"), 409, "channel-removed")
    expect_problem(office.supervisor.post(f"{channel}/test"), 409, "channel-removed")
    assert deliver(database, config, "2024-03-06", "12:00") == 0
    open_alerts(database, office, ["2023-02"])
    assert write(database, "2024-03-07").written == 0
    assert there.told(ChannelKind.DINGTALK, 1) == []
    (kept,) = office.supervisor.items(MESSAGES)
    assert (kept["kind"], kept["status"], kept["last_error"]) == ("digest", "given_up", "channel_removed")
    assert len(office.supervisor.items(CHANNELS, removed=True)) == 1
    assert office.supervisor.items(CHANNELS, removed=False) == []
    assert _acts(database) == ["message_channel.added", "message_channel.removed"]


def _acts(database: Database) -> list[str]:
    """Name what the audit holds of channels."""
    of_channels = col(AuditEvent.subject_kind) == "message_channel"
    with database.read() as session:
        return list(session.exec(select(AuditEvent.action).where(of_channels).order_by(col(AuditEvent.number))))


def test_an_address_stands_nowhere_but_sealed(database: Database, office: Office) -> None:
    """Neither the table, nor an answer, nor an act of the audit holds what could be sent to."""
    secrets = [SECRET]
    for kind in ChannelKind:
        where = address(kind, 7)
        secrets += where.values()
        _added(office.finance, kind, 7)
    shown = office.finance.get(CHANNELS).text
    assert len(office.finance.items(CHANNELS)) == len(ChannelKind)
    # Every row of every table: channels, acts of the audit, kept answers.
    stored = str(every_row(database))
    assert "message_channel.added" in stored
    assert [secret for secret in secrets if secret in shown or secret in stored] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (MAIL | {"address": "officer@office.example,other@office.example"}, "/address"),
        (MAIL | {"address": "Officer <officer@office.example>"}, "/address"),
        (MAIL | {"address": "officer@localhost"}, "/address"),
        (MAIL | {"address": "officer@office.example\n"}, "/address"),
        (MAIL | {"address": "mailto://officer@office.example?smtp=10.0.0.1"}, "/address"),
        (MAIL | {"token": "a" * 64}, "/token"),
        ({"kind": "dingtalk", "name": "群", "token": "a" * 64}, "/secret"),
        ({"kind": "wecom", "name": "群", "key": "https://10.0.0.1/" + "a" * 30}, "/key"),
        ({"kind": "feishu", "name": "群", "token": "../../" + "a" * 32}, "/token"),
        ({"kind": "json", "name": "群", "address": "http://10.0.0.1"}, "/kind"),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_only_a_place_at_a_platform_is_taken(office: Office, body: dict[str, Any], pointer: str) -> None:
    """Nobody makes the service call an address of their own; what was wrong is not repeated."""
    refused = office.supervisor.post(CHANNELS, body)
    assert refused.status_code == 422, refused.text
    assert pointer in [error["pointer"] for error in refused.json()["errors"]]


def test_nobody_has_too_many_channels(office: Office) -> None:
    """Eight, and a ninth once one is removed."""
    made = [office.auditor.post(CHANNELS, _mail(number)) for number in range(8)]
    assert {one.status_code for one in made} == {201}
    expect_problem(office.auditor.post(CHANNELS, _mail(9)), 409, "too-many-channels")
    assert office.auditor.post(f"{CHANNELS}/{made[0].json()['id']}/removal").status_code == 200
    assert office.auditor.post(CHANNELS, _mail(9)).status_code == 201


def _mail(number: int) -> dict[str, Any]:
    return MAIL | address(ChannelKind.EMAIL, number)


@pytest.mark.parametrize("kind", ChannelKind)
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_one_place_is_one_channel(office: Office, kind: ChannelKind) -> None:
    """A second one would tell its reader everything twice: it is refused with the name of the first."""
    said = {"kind": kind.value, "name": "考核科", **address(kind, 1)}
    first = office.supervisor.post(CHANNELS, said).json()["id"]
    again = said | {"name": "又一个"}
    if kind is ChannelKind.EMAIL:
        again["address"] = "OFFICER1@Office.example"
    if kind is ChannelKind.DINGTALK:
        again["secret"] = "SEC" + "9" * 64
    named = next(iter(address(kind, 1)))
    problem = expect_problem(office.supervisor.post(CHANNELS, again), 409, "channel-there", f"/{named}")
    assert problem["detail"] == f"Your channel '考核科' ({first}) goes there."
    assert again[named] not in str(problem)
    assert office.finance.post(CHANNELS, again).status_code == 201
    assert office.supervisor.post(CHANNELS, said | address(kind, 2)).status_code == 201
    assert office.supervisor.post(f"{CHANNELS}/{first}/removal").status_code == 200
    assert office.supervisor.post(CHANNELS, again).status_code == 201


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_mail_address_that_is_none_is_told_what_one_looks_like(office: Office) -> None:
    (error,) = office.supervisor.post(CHANNELS, MAIL | {"address": "Officer <officer>"}).json()["errors"]
    assert "name@host, such as officer@office.example" in error["remedy"]


def test_anothers_channel_is_not_there(office: Office) -> None:
    """For a colleague of the same centre it answers as one that does not exist; vendors have no channels at all."""
    channel = f"{CHANNELS}/{office.supervisor.post(CHANNELS, MAIL).json()['id']}"
    nothing = f"{CHANNELS}/{uuid.UUID(int=7)}"
    for person in (office.admin, office.supervisor2, office.finance, office.auditor):
        for path in (channel, nothing):
            expect_problem(person.get(path), 404, "not-found")
            expect_problem(person.post(f"{path}/test"), 404, "not-found")
            expect_problem(person.post(f"{path}/removal"), 404, "not-found")
        assert person.items(CHANNELS) == person.items(MESSAGES) == []
    for role in (Role.VENDOR, Role.INTEGRATION):
        expect_problem(office.people[role].get(channel), 403, "forbidden")
        expect_problem(office.people[role].post(CHANNELS, MAIL), 403, "forbidden")
    assert office.supervisor.get(channel).json()["removed_at"] is None


def test_what_one_wants_to_be_told_is_ones_own(office: Office) -> None:
    """Everything, until one says otherwise; who has not read it may not change it."""
    first = office.supervisor.get(SETTINGS)
    assert (first.json(), first.headers["etag"]) == (
        {"digest": True, "reminders": True, "language": "zh", "version": 0}, '"0"',
    )  # fmt: skip
    said = {"digest": False, "reminders": True}
    changed = office.supervisor.call("PUT", SETTINGS, json=said, headers={"If-Match": '"0"'})
    assert (changed.status_code, changed.json()["digest"], changed.headers["etag"]) == (200, False, '"1"')
    stale = office.supervisor.call("PUT", SETTINGS, json=said, headers={"If-Match": '"0"'})
    expect_problem(stale, 412, "precondition-failed")
    assert office.admin.get(SETTINGS).json()["digest"] is True


def test_a_centre_chooses_its_days(database: Database, office: Office) -> None:
    """Supervisors and administrators of the centre; nobody of another one reads them."""
    path = f"/v1/service-centers/{office.center}/reminders"
    assert office.auditor.get(path).json() == {"days": [], "version": 0}
    assert office.supervisor.put(path, {"days": [1, 7, 3, 7]}).json() == {"days": [7, 3, 1], "version": 1}
    assert office.admin.put(path, {"days": []}).json() == {"days": [], "version": 2}
    expect_problem(office.finance.put(path, {"days": [1]}), 403, "forbidden")
    for days in ([0], [61], ["3"], list(range(1, 12))):
        assert office.admin.put(path, {"days": days}).status_code == 422
    elsewhere = Office(database, office.client, "XB")
    expect_problem(elsewhere.admin.get(path), 404, "not-found")
    expect_problem(elsewhere.admin.put(path, {"days": [1]}), 404, "not-found")
    assert written(database) == []

"""A night's messages: one digest a person and channel, in their language, quiet on holidays, reminders as chosen."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from app import clock, nightly
from app.api.auth import TABLE, Action, Resource
from app.database import Database
from app.features.messages.writing import WRITTEN_TO
from app.models import Grant, MessageSettings, Principal
from app.models.words import AlertStatus, AskedBy, ChannelKind, Language, MessageKind, Role, Severity
from app.settings import Settings
from tests.messages.readers import (
    NIGHT,
    change,
    deliver,
    night_of,
    open_alerts,
    principal_of,
    reader,
    resolve,
    write,
    written,
)
from tests.nights import every_row
from tests.office import Office
from tests.robots import robots

KINDS = tuple(ChannelKind)
TWENTY = range(20)
NEXT = "2024-03-07"


def test_a_night_with_300_alerts_gives_each_of_20_people_one_digest(
    database: Database, office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each by their own channel in its real format, in their language; running it again sends nothing."""
    office.contract()
    with robots(monkeypatch) as there:
        config = there.settings(var_dir=tmp_path)
        with database.write() as session:
            for number in TWENTY:
                language = Language.ENGLISH if number % 2 else Language.CHINESE
                reader(session, office, number, KINDS[number // 5], config, language)
        open_alerts(database, office, [f"2023-{1 + number % 12:02}/{number}" for number in range(299)])
        open_alerts(database, office, ["2023-12/worst"], Severity.CRITICAL)
        result = write(database)
        assert (result.read, result.written) == (300, 20)
        assert deliver(database, config) == 20
        told = {number: there.told(KINDS[number // 5], number) for number in TWENTY}
        assert Counter(len(texts) for texts in told.values()) == {1: 20}
        for number, (text,) in told.items():
            subject, worst, *lines = text.strip().split("\n")
            assert len(lines) <= 20
            if number % 2:
                assert subject == "Kaohe (考核) alerts: 300 new"
                assert worst.startswith("[critical, new] XA-2023, XA人力服务公司: The score of 2023-12 is 85.00")
                assert lines[-1].startswith("And 2")
            else:
                assert subject == "考核提醒：预警新增300条"
                assert worst.startswith("【严重·新增】XA-2023 XA人力服务公司：2023年12月考核得分85.00分")
                assert lines[-1].startswith("另有2")
        before = every_row(database, "job_runs")
        assert write(database).written == 0
        assert every_row(database, "job_runs") == before
        assert deliver(database, config) == 0
        # The alerts stay open, and nobody hears of them again.
        assert write(database, NEXT).written == 0
        assert {message.status.value for message in written(database)} == {"sent"}


def test_a_night_costs_the_same_for_any_number_of_people(database: Database, office: Office, tmp_path: Path) -> None:
    """Two people or twelve, one alert or fifty: the statements of a night do not grow with them."""
    office.contract()
    config = Settings(var_dir=tmp_path)
    costs = []
    for night, people, alerts in ((NIGHT, range(2), 1), (NEXT, range(2, 12), 50)):
        with database.write() as session:
            for number in people:
                reader(session, office, number, ChannelKind.EMAIL, config)
        open_alerts(database, office, [f"2023-01/{night}/{number}" for number in range(alerts)])
        result = write(database, night)
        assert result.written == people.stop
        costs.append(result.statements)
    assert costs[0] == costs[1]


def test_only_what_is_new_worse_or_resolved_is_told(database: Database, office: Office, tmp_path: Path) -> None:
    """Opened, then silence, then worse, silence, resolved; taking it up or weighing it less is no news."""
    office.contract()
    with database.write() as session:
        reader(session, office, 1, ChannelKind.EMAIL, Settings(var_dir=tmp_path))
    (alert,) = open_alerts(database, office, ["2023-01"], Severity.INFO)
    told = {}
    happenings: dict[str, dict[str, Any]] = {
        "2024-03-04": {},
        "2024-03-05": {"status": AlertStatus.TAKEN_UP},
        "2024-03-06": {"severity": Severity.CRITICAL},
        "2024-03-07": {"severity": Severity.WARNING},
    }
    for day, values in happenings.items():
        if values:
            change(database, alert, **values)
        told[day] = write(database, day).written
    resolve(database, alert, "2024-03-07")
    told["2024-03-08"] = write(database, "2024-03-08").written
    assert told == {"2024-03-04": 1, "2024-03-05": 0, "2024-03-06": 1, "2024-03-07": 0, "2024-03-08": 1}
    subjects = [message.subject for message in written(database)]
    assert subjects == [f"考核提醒：预警{news}1条" for news in ("新增", "加重", "解除")]


def test_holidays_are_quiet_and_the_first_working_day_tells_it_all_once(
    database: Database, office: Office, tmp_path: Path
) -> None:
    """国庆 2023, 29 September to 6 October: what happened comes on Saturday the 7th, which is worked."""
    office.contract()
    with database.write() as session:
        reader(session, office, 1, ChannelKind.EMAIL, Settings(var_dir=tmp_path))
    (before,) = open_alerts(database, office, ["2023-01"])
    assert write(database, "2023-09-28").written == 1
    (during,) = open_alerts(database, office, ["2023-02"])
    for day in range(29, 31):
        assert write(database, f"2023-09-{day}").written == 0
    resolve(database, before, "2023-09-30")
    resolve(database, during, "2023-10-01")
    open_alerts(database, office, ["2023-03"])
    for day in range(1, 7):
        assert write(database, f"2023-10-{day:02}").written == 0
    assert [write(database, f"2023-10-{day:02}").written for day in (7, 8, 9)] == [1, 0, 0]
    assert [message.subject for message in written(database)] == [
        "考核提醒：预警新增1条",
        "考核提醒：预警新增1条、解除2条",
    ]


def test_a_night_that_is_caught_up_later_writes_to_nobody(database: Database, office: Office, tmp_path: Path) -> None:
    """Old news is not sent as of a day that has passed: it comes with the digest of the day that it is."""
    office.contract()
    with database.write() as session:
        reader(session, office, 1, ChannelKind.EMAIL, Settings(var_dir=tmp_path))
    open_alerts(database, office, ["2023-01"])
    with night_of("2024-03-08"):
        from_past = [result.written for result in _caught_up(database, "2024-03-06", "2024-03-07", "2024-03-08")]
    assert from_past == [0, 0, 1]


def _caught_up(database: Database, *days: str) -> list[nightly.JobResult]:
    return [nightly.run(database, "write_messages", date.fromisoformat(day), AskedBy.CLOCK) for day in days]


def test_reminders_come_at_the_days_that_the_centre_chose_and_none_otherwise(
    database: Database, office: Office, tmp_path: Path
) -> None:
    """The notice of February is due on Friday, 15 March; a reminder of a quiet day comes on the next working day."""
    office.contract("XA-2024", starts_on="2024-01-01", ends_on="2024-03-31", recorded_from="2024-01")
    with database.write() as session:
        reader(session, office, 1, ChannelKind.EMAIL, Settings(var_dir=tmp_path))
        reader(session, office, 2, ChannelKind.EMAIL, Settings(var_dir=tmp_path))
        muted = principal_of(session, "reader2")
        session.add(MessageSettings(principal_id=muted, digest=True, reminders=False, updated_at=clock.now()))
    days = [f"2024-03-{day:02}" for day in range(1, 16)]
    assert {write(database, day).written for day in days[:4]} == {0}
    reminders = f"/v1/service-centers/{office.center}/reminders"
    assert office.admin.put(reminders, {"days": [1, 7, 5]}).json()["days"] == [7, 5, 1]
    told = {day: write(database, day).written for day in days[4:]}
    # 5 days before is Sunday the 10th, so it is told on Monday.
    assert [day for day, number in told.items() if number] == ["2024-03-08", "2024-03-11", "2024-03-14"]
    messages = written(database)
    assert {message.kind for message in messages} == {MessageKind.REMINDER}
    assert {message.principal_id for message in messages} != {muted}
    assert messages[0].body.split("\n") == ["即将到期：", "2024-03-15（7天后）考核通报 2024-02：XA-2024 XA人力服务公司"]
    assert "（4天后）" in messages[1].body


def test_what_waits_is_not_sent_to_whom_it_concerns_no_more(
    database: Database, office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Who lost a center that the digest tells of, or was disabled; who lost another one is told all the same."""
    office.contract()
    elsewhere = Office(database, office.client, "XB")
    with robots(monkeypatch) as there:
        config = there.settings(var_dir=tmp_path)
        with database.write() as session:
            # Eight who lost the center: twice as many as are taken on at once.
            for number in range(11):
                reader(session, office, number, ChannelKind.EMAIL, config)
            whose = {number: principal_of(session, f"reader{number}") for number in range(11)}
            session.add(Grant(principal_id=whose[9], service_center_id=elsewhere.center))
            session.add(Grant(principal_id=whose[0], service_center_id=elsewhere.center))
        open_alerts(database, office, ["2023-01"])
        assert write(database).written == 11
        with database.write() as session:
            lost = (
                col(Grant.service_center_id) == office.center,
                col(Grant.principal_id).in_([whose[n] for n in range(8)]),
            )
            session.execute(delete(Grant).where(*lost))
            elsewhere_lost = (col(Grant.service_center_id) == elsewhere.center, col(Grant.principal_id) == whose[9])
            session.execute(delete(Grant).where(*elsewhere_lost))
            disabled = update(Principal).where(col(Principal.id) == whose[8])
            session.execute(disabled.values(disabled_at=clock.now()))
        assert deliver(database, config) == 2
        assert [number for number in range(11) if there.told(ChannelKind.EMAIL, number)] == [9, 10]
    became = {message.principal_id: (message.status.value, message.last_error) for message in written(database)}
    assert {became[whose[number]] for number in range(9)} == {("given_up", "no_longer_yours")}


def test_who_may_not_read_alerts_is_not_told_of_them(database: Database, office: Office, tmp_path: Path) -> None:
    """Of another centre, disabled, or with digests switched off: nothing is written."""
    office.contract()
    config = Settings(var_dir=tmp_path)
    elsewhere = Office(database, office.client, "XB")
    with database.write() as session:
        for number, role in enumerate((Role.ADMIN, Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR)):
            reader(session, office, number, ChannelKind.EMAIL, config, role=role)
        reader(session, elsewhere, 5, ChannelKind.EMAIL, config)
        reader(session, office, 6, ChannelKind.EMAIL, config)
        reader(session, office, 7, ChannelKind.EMAIL, config)
        disabled, muted = principal_of(session, "reader6"), principal_of(session, "reader7")
        session.execute(update(Principal).where(col(Principal.id) == disabled).values(disabled_at=clock.now()))
        session.add(MessageSettings(principal_id=muted, digest=False, reminders=True, updated_at=clock.now()))
    open_alerts(database, office, ["2023-01"])
    assert write(database).written == 4


def test_whoever_reads_alerts_is_told_of_them() -> None:
    """The roles that nights write to are those of the table, for alerts and for due dates."""
    for resource in (Resource.ASSESSMENTS, Resource.DUE_DATES):
        assert {role for role, actions in TABLE[resource].items() if Action.READ in actions} == set(WRITTEN_TO)

"""What the audit says of an act, to whom, and how an export and the heads outside are checked."""

import json
from pathlib import Path

import pytest

from app import clock
from app.database import Database
from app.features.audit import export, heads, record
from app.features.audit.heads import HeadsUnreadable
from app.features.audit.verify import verify_database, verify_events
from tests.nights import every_row, run_nights
from tests.office import Office


def _month(office: Office) -> str:
    contract = office.contract()
    office.assess(contract, "2023-01", "85.00", "2023-02-06")
    office.finalize(contract, "2023-01", "2023-02-10")
    run_nights(office.database, "2023-03-01")
    office.notify(contract, "2023-01", "2023-03-26", "1号")
    return contract


def test_an_act_names_who_did_what_and_every_row_that_it_changed(office: Office) -> None:
    """A notice changes the month, its due date and its late-notice alert, in one event with the request's id."""
    _month(office)
    (event,) = office.auditor.items("/v1/audit-events", action="assessment.notified")
    assert (event["actor"], event["subject_kind"]) == ("supervisor-XA", "assessment")
    assert sorted(change["table"] for change in event["changes"]) == ["alerts", "assessments", "due_dates"]
    own = next(change for change in event["changes"] if change["table"] == "assessments")
    assert (event["before_hash"], event["after_hash"]) == (own["before"], own["after"])
    assert event["details"]["period"] == "2023-01"
    assert event["request_id"]


def test_a_center_sees_its_own_chain_alone(office: Office, database: Database) -> None:
    """Numbers without a gap, each after the hash before it; another center has a chain of its own."""
    _month(office)
    other = Office(database, office.client, "XB")
    other.contract("XB-2023")
    events = office.admin.items("/v1/audit-events", service_center_id=office.center)
    assert {event["chain"] for event in events} == {str(office.center)}
    assert [event["number"] for event in events] == list(range(1, len(events) + 1))
    assert [event["previous_hash"] for event in events[1:]] == [event["hash"] for event in events[:-1]]
    of_people = {"principal", "token"}
    read = other.auditor.items("/v1/audit-events")
    assert {event["chain"] for event in read if event["subject_kind"] not in of_people} == {str(other.center)}


def test_a_refused_act_leaves_no_event(office: Office, database: Database) -> None:
    """Nothing happened, so nothing is said to have happened."""
    contract = _month(office)
    before = every_row(database)["audit_events"]
    again = office.supervisor.post(f"{contract}/assessments/2023-01/notice", {"notified_on": "2023-03-27"})
    assert again.status_code == 409
    assert every_row(database)["audit_events"] == before


def test_a_night_records_what_it_wrote_and_nothing_where_it_wrote_nothing(office: Office, database: Database) -> None:
    """Each center's alerts in its own chain; a second run adds no event."""
    office.contract()
    run_nights(database, "2023-03-01")
    night = office.auditor.items("/v1/audit-events", action="alerts.reconciled")
    assert [(event["actor"], event["details"]["kind"]) for event in night] == [("command", "late_notice")]
    run_nights(database, "2023-03-01")
    assert office.auditor.items("/v1/audit-events", action="alerts.reconciled") == night


def test_an_export_is_checked_without_the_database(office: Office, database: Database, tmp_path: Path) -> None:
    """Every line is what was hashed; a changed, missing or moved line is found, and so is a cut end."""
    _month(office)
    with database.snapshot() as session:
        lines = list(export.lines(session))
    path = tmp_path / "audit.jsonl"

    def found(changed: list[str]) -> list[str]:
        path.write_text("".join(f"{line}\n" for line in changed), encoding="utf-8")
        return [bad.place for bad in verify_events(*export.read(path), {}).bad]

    assert found(lines) == []
    place = next(number for number, line in enumerate(lines) if "assessment.finalized" in line)
    event = json.loads(lines[place])
    at = f"audit_events {event['chain']}/{event['number']}"
    assert found([*lines[:place], lines[place].replace("2023-01", "2023-02"), *lines[place + 1 :]])[0] == at
    assert found([*lines[:place], *lines[place + 1 :]])[0] == at
    assert found([*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]])[0] == at
    assert found([*lines[:-2], lines[-1]]) != []
    with pytest.raises(export.ExportUnreadable):
        found(lines[:-1])


def test_heads_leave_the_database_once_for_each_move(office: Office, database: Database, tmp_path: Path) -> None:
    """The file grows by the chains that moved; a damaged line is said."""
    kept = tmp_path / "heads.jsonl"
    _month(office)
    with database.read() as session:
        now = heads.publish(session, kept, clock.now())
        heads.publish(session, kept, clock.now())
    assert len(heads.read(kept)) == len(now) == 2
    office.contract("XA-2024")
    with database.read() as session:
        heads.publish(session, kept, clock.now())
    assert [head.chain for head in heads.read(kept)][2:] == [str(office.center)]
    kept.write_text(kept.read_text() + "{broken\n")
    with pytest.raises(HeadsUnreadable, match="Line 4"):
        heads.read(kept)


def test_a_database_older_than_the_audit_is_taken_in_once(office: Office, database: Database) -> None:
    """Its rows are vouched for as they stand; from then on every change is seen."""
    _month(office)
    with database.engine.connect() as connection:
        for guard in ("audit_events_no_delete ", "audit_events_no_change ON audit_events"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {guard}") if (
                ("ON" in guard) == (database.dialect == "postgresql")
            ) else None
        connection.exec_driver_sql("DELETE FROM audit_events")
        connection.exec_driver_sql("DELETE FROM audit_heads")
        connection.commit()
    with database.write() as session:
        taken_in = record.take_in(session)
        assert taken_in > 10
        assert record.take_in(session) == 0
    office.contract("XA-LATER")
    with database.snapshot() as session:
        assert verify_database(session, {}).bad == []


def test_events_take_no_change(office: Office, database: Database) -> None:
    """The database itself refuses to change or delete an event, a revision, an appeal."""
    _month(office)
    for statement in ("UPDATE audit_events SET actor = 'x'", "DELETE FROM audit_events"):
        with database.engine.connect() as connection, pytest.raises(Exception, match="audit_events is only added to"):
            connection.exec_driver_sql(statement)


OTHER_FORMS = {
    "sqlite": (
        "UPDATE due_dates SET due_on = '2023-W07-3' WHERE subject = '2023-01'",
        "UPDATE assessments SET expected = 2 WHERE period = '2023-02'",
        "UPDATE assessments SET created_at = substr(created_at, 1, 19) WHERE period = '2023-02'",
        "UPDATE findings SET id = upper(id)",
        "UPDATE findings SET description = CAST('离岗' AS BLOB)",
    ),
    "postgresql": (),
}
"""Values that read like what was written, and that comparisons pass over; PostgreSQL does not hold such days or ids."""


def test_a_value_in_another_form_is_seen(office: Office, database: Database) -> None:
    """What reads the same and compares otherwise would hide a month from the nights."""
    contract = _month(office)
    office.finding(contract, "2023-03-01")
    blanks = "UPDATE alerts SET facts = facts || ' ' WHERE subject = '2023-01'"
    for statement in (*OTHER_FORMS[database.dialect], blanks):
        with database.read() as session:
            session.connection().exec_driver_sql(statement)
            bad = verify_database(session, {}).bad
            assert bad, statement
            assert "is not as the service writes it" in bad[0].what, statement

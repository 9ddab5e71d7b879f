"""The audit as it is read and saved: acts about one's own people, a table, and chains that can be checked elsewhere."""

import csv
import io
import json
from pathlib import Path

from typer.testing import CliRunner

from app import clock
from app.cli import cli
from app.database import Database
from app.features.access import service as access
from app.features.audit import export, heads
from app.features.audit.actor import OPERATOR
from app.features.audit.verify import verify_events
from app.models.words import Role
from tests.api.asking import expect_problem
from tests.nights import every_row
from tests.office import Office, Person

EVENTS = "/v1/audit-events"


def test_acts_about_people_are_read_where_they_belong_alone(office: Office, database: Database) -> None:
    """Tokens and principals of one's own centers; whoever is granted another center too is none of these."""
    other = Office(database, office.client, "XB")
    with database.write() as session:
        centers = [office.center, other.center]
        both = access.create_principal(session, OPERATOR, "authority", Role.AUDITOR, centers)
        access.issue_token(session, OPERATOR, "authority")
    rows = every_row(database)
    own = {str(row["principal_id"]) for row in rows["grants"] if row["service_center_id"] == office.center}
    own -= {str(both)}
    carried = {str(row["id"]) for row in rows["tokens"] if str(row["principal_id"]) in own}
    of_people = [event for event in office.admin.items(EVENTS) if event["chain"] == "service"]
    assert {event["subject_id"] for event in of_people} == own | carried
    assert {event["action"] for event in of_people} == {"principal.created", "principal.granted", "token.issued"}
    assert office.admin.items(EVENTS, subject_id=both) == []
    theirs = [event["details"].get("name") for event in other.auditor.items(EVENTS) if event["chain"] == "service"]
    assert set(theirs) - {None} == {row["name"] for row in rows["principals"] if row["name"].endswith("-XB")}


def test_acts_about_a_persons_channels_are_read_like_those_about_the_person(office: Office, database: Database) -> None:
    """By the centre that the person is of, added and removed; of somebody of two centres by who sees both."""
    other = Office(database, office.client, "XB")
    with database.write() as session:
        centers = [office.center, other.center]
        for name, role in (("authority", Role.AUDITOR), ("registry", Role.ADMIN)):
            access.create_principal(session, OPERATOR, name, role, centers)
        authority, registry = (
            Person(office.client, access.issue_token(session, OPERATOR, name)) for name in ("authority", "registry")
        )
    channel = {"kind": "email", "name": "单位邮箱", "address": "officer1@office.example"}
    one, both = (who.post("/v1/me/channels", channel).json()["id"] for who in (office.supervisor, authority))
    assert office.supervisor.post(f"/v1/me/channels/{one}/removal").status_code < 300
    done = ["message_channel.added", "message_channel.removed"]
    for reader in (office.admin, office.auditor, registry):
        assert [event["action"] for event in reader.items(EVENTS, subject_id=one)] == done
    assert [event["action"] for event in registry.items(EVENTS, subject_id=both)] == done[:1]
    assert (
        office.admin.items(EVENTS, subject_id=both) == other.admin.items(EVENTS, subject_kind="message_channel") == []
    )


def test_events_are_found_by_who_did_them(office: Office) -> None:
    """By name or by id, whichever is at hand."""
    office.contract()
    by_name = office.auditor.items(EVENTS, actor="supervisor-XA")
    assert {event["action"] for event in by_name} == {"contract.activated"}
    assert office.auditor.items(EVENTS, principal_id=by_name[0]["principal_id"]) == by_name


def test_the_table_to_be_saved_holds_what_the_list_holds_and_no_formula(office: Office) -> None:
    """The same filters, the same order; a text that a spreadsheet would reckon with begins with an apostrophe."""
    office.contract()
    office.supervisor.post("/v1/vendors", {"service_center_id": str(office.center), "name": "=1+1"}).raise_for_status()
    answer = office.admin.get(f"{EVENTS}/export", service_center_id=office.center)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    events = office.admin.items(EVENTS, service_center_id=office.center)
    assert [row["hash"] for row in rows] == [event["hash"] for event in events]
    assert [row["recorded_at"] for row in rows] == [event["recorded_at"] for event in events]
    assert [json.loads(row["details"]) for row in rows] == [event["details"] for event in events]
    headers = {"If-None-Match": answer.headers["etag"]}
    again = office.admin.call("GET", f"{EVENTS}/export?service_center_id={office.center}", headers=headers)
    assert again.status_code == 304


def test_an_instant_whose_plus_was_lost_is_told_how_to_write_it(office: Office) -> None:
    """In an address a plus is a blank; the list and its export are narrowed by the same words."""
    for path in (EVENTS, f"{EVENTS}/export", "/v1/access-log"):
        for name in ("since", "until"):
            lost = office.auditor.call("GET", f"{path}?{name}=2024-01-01T00:00:00+08:00")
            problem = expect_problem(lost, 400, "bad-request", f"/query/{name}")
            assert "%2B08:00" in problem["errors"][0]["remedy"]
            assert office.auditor.call("GET", f"{path}?{name}=2024-01-01T00:00:00%2B08:00").status_code == 200


def test_the_chains_of_a_center_are_checked_without_the_database(
    office: Office, database: Database, tmp_path: Path
) -> None:
    """They are the center's alone, agree with the heads that are kept outside, and show a changed line."""
    other = Office(database, office.client, "XB")
    office.contract()
    other.contract("XB-2023")
    file, kept = tmp_path / "chains.jsonl", tmp_path / "heads.jsonl"
    file.write_bytes(office.auditor.get(f"{EVENTS}/chains").content)
    with database.read() as session:
        anchors = heads.anchors(heads.publish(session, kept, clock.now()))
    events, ends, chains = export.read_part(file)
    assert (chains, set(ends)) == (frozenset([str(office.center)]), {str(office.center)})
    assert str(other.center) not in file.read_text("utf-8")
    own = {at: hash_ for at, hash_ in anchors.items() if at[0] in ends}
    assert verify_events(events, ends, own).bad == []
    checked = CliRunner().invoke(cli, ["verify", "--export", str(file), "--heads", str(kept)])
    assert (checked.exit_code, len(own)) == (0, 1), checked.output
    file.write_text(file.read_text("utf-8").replace("supervisor-XA", "supervisor-XB"), encoding="utf-8")
    assert CliRunner().invoke(cli, ["verify", "--export", str(file), "--heads", str(kept)]).exit_code == 1
    assert office.auditor.get(f"{EVENTS}/chains", service_center_id=other.center).json() == {"chains": [], "heads": {}}

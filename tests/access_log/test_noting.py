"""Who saw what: one entry for each read of figures, each file that was saved, each refusal, and nothing else."""

import csv
import io
from typing import Any

from app.database import Database
from app.features.access import service as access
from app.features.access.queries import OWNED
from app.features.access_log.recorder import Recorder
from app.features.audit.actor import OPERATOR
from app.models.words import Role
from tests.api.asking import expect_problem
from tests.nights import every_row
from tests.office import Office, Person
from tests.people import PASSWORD, Browser, person

LOG = "/v1/access-log"
NOBODY = "kaohe_0123456789"


def flush(office: Office) -> int:
    """Have the entries written that wait."""
    recorder: Recorder = office.client.app.state.access_log
    return recorder.flush()


def seen(office: Office, who: Person | None = None, **wanted: Any) -> list[dict[str, Any]]:
    """Give the entries that an auditor sees, or another; that this was asked is noted too, and there next time."""
    flush(office)
    return (who or office.auditor).items(LOG, **wanted)


def test_a_read_is_noted_once_with_who_and_what(office: Office) -> None:
    """By whom, of which contract, whose that is, from where; not with what the query said."""
    contract = office.contract()
    id_ = contract.rsplit("/", 1)[1]
    answer = office.supervisor.get(f"{contract}/assessments", stage="draft")
    (entry,) = seen(office, subject_id=id_)
    assert {name: entry[name] for name in ("kind", "principal", "role", "method", "status", "times")} == {
        "kind": "read",
        "principal": "supervisor-XA",
        "role": "supervisor",
        "method": "GET",
        "status": 200,
        "times": 1,
    }
    assert (entry["route"], entry["subjects"]) == (
        "/v1/contracts/{contract_id}/assessments",
        {"contract_id": id_},
    )
    assert (entry["service_center_id"], entry["vendor_id"]) == (str(office.center), str(office.vendor))
    assert (entry["request_id"], entry["address"]) == (answer.headers["x-request-id"], "127.0.0.1")
    assert (entry["code"], entry["digested_on"]) == (None, None)
    assert "draft" not in str(entry)


def test_an_id_is_noted_however_it_is_written(office: Office) -> None:
    """In upper case as the same; without its dashes, as a URN or in braces it opens nothing, and nor do odd years."""
    contract = office.contract()
    id_ = contract.rsplit("/", 1)[1]
    for spelling in (id_.replace("-", ""), f"urn:uuid:{id_}", f"{{{id_}}}"):
        expect_problem(office.supervisor.get(f"/v1/contracts/{spelling}"), 404, "not-found")
    for year in ("%2B2023", "02023", "2023.0", "%202023"):
        expect_problem(office.finance.get(f"{contract}/statements/{year}"), 404, "not-found")
    assert office.supervisor.get(f"/v1/contracts/{id_.upper()}").status_code == 200
    (entry,) = seen(office, subject_id=id_, kind="read")
    assert (entry["principal"], entry["subjects"]) == ("supervisor-XA", {"contract_id": id_})
    assert (entry["service_center_id"], entry["vendor_id"]) == (str(office.center), str(office.vendor))


def test_every_id_of_a_path_has_an_owner(office: Office) -> None:
    """So none is read by its route before its spelling and its owner were looked at."""
    paths = office.client.get("/openapi.json").json()["paths"]
    named = {
        parameter["name"]
        for operations in paths.values()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "path" and parameter["schema"].get("format") == "uuid"
    }
    assert "contract_id" in named
    assert named <= OWNED.keys()


def test_what_shows_no_figures_is_not_noted(office: Office, database: Database) -> None:
    """Who I am, the program's templates, thin events; and what changes something is in the audit."""
    contract = office.contract()
    office.finding(contract, "2023-01-10")
    for path in ("/v1/me", "/v1/terms-templates", "/v1/events", "/healthz", "/openapi.json"):
        office.supervisor.get(path)
    office.vendor_portal.get("/v1/portal/me")
    office.vendor_portal.get("/v1/portal/events")
    assert flush(office) == 0
    assert every_row(database)["access_log"] == []


def test_a_file_that_is_saved_is_an_export_and_an_answer_known_before_is_a_read(office: Office) -> None:
    """What a browser saves is told from what a program reads; the list and its own export are noted like any other."""
    statement = f"{office.contract()}/statements/2023"
    office.finance.get(f"{statement}/workbook")
    tag = office.finance.get(statement).headers["etag"]
    again = office.finance.call("GET", statement, headers={"If-None-Match": tag})
    office.auditor.get(f"{LOG}/export")
    office.vendor_portal.get("/v1/portal/contracts")
    assert again.status_code == 304
    noted = [(entry["kind"], entry["principal"], entry["route"], entry["status"]) for entry in seen(office)]
    year = "/v1/contracts/{contract_id}/statements/{year}"
    assert noted == [
        ("export", "finance-XA", f"{year}/workbook", 200),
        ("read", "finance-XA", year, 200),
        ("read", "finance-XA", year, 304),
        ("export", "auditor-XA", "/v1/access-log/export", 200),
        ("read", "vendor-XA", "/v1/portal/contracts", 200),
    ]
    assert [entry["principal"] for entry in seen(office, kind="export")] == ["finance-XA", "auditor-XA"]
    assert [entry["vendor_id"] for entry in seen(office, principal="vendor-XA")] == [str(office.vendor)]


def test_refusals_are_noted_and_like_ones_are_counted(office: Office, database: Database) -> None:
    """Of a stranger nothing is kept but the address; what was asked of another is not told to its owner."""
    other = Office(database, office.client, "XB")
    theirs = other.contract("XB-2023")
    for path in ("/v1/contracts", "/v1/alerts", theirs):
        Person(office.client, NOBODY).get(path)
    office.finance.post("/v1/job-runs", {"job": "all", "as_of": "2023-01-01"})
    for _ in range(3):
        office.supervisor.get(theirs)
    office.supervisor.get(f"/v1/contracts/{NOBODY}/terms")
    told = {(e["principal"], e["status"], e["code"], e["times"], *e["subjects"].values()) for e in seen(office)}
    id_ = theirs.rsplit("/", 1)[1]
    assert told == {
        (None, 401, "unauthenticated", 3),
        ("finance-XA", 403, "forbidden", 1),
        ("supervisor-XA", 404, "not-found", 3, id_),
        ("supervisor-XA", 404, "not-found", 1, "?"),
    }
    assert {e["principal"] for e in other.auditor.items(LOG, kind="refusal")} == {None}
    assert NOBODY not in str(every_row(database)["access_log"])


def test_people_who_come_and_go_are_noted(office: Office) -> None:
    """By name where the name is somebody's; a name that is nobody's might be a password, and is kept nowhere."""
    person(office.database, "li", Role.SUPERVISOR, [office.center])
    browser = Browser(office.client)
    browser.sign_in("li", "Not-2024-the-chuangkou")
    browser.sign_in("Nei-2025-ge-dating+men", PASSWORD)
    browser.sign_in("li")
    browser.get("/v1/contracts")
    browser.post("/sign-out")
    told = [(entry["kind"], entry["principal"], entry["role"], entry["status"]) for entry in seen(office)]
    assert told == [
        ("sign_in_refused", "li", "supervisor", 401),
        ("sign_in_refused", None, None, 401),
        ("sign_in", "li", "supervisor", 200),
        ("read", "li", "supervisor", 200),
        ("sign_out", "li", "supervisor", 204),
    ]
    assert "Nei-2025" not in str(every_row(office.database))


def test_guessing_the_current_password_is_noted_like_a_refused_sign_in(office: Office) -> None:
    """Each one with whose session it was, and those that found the name locked; a poor new password is no guess."""
    person(office.database, "li", Role.SUPERVISOR, [office.center])
    browser = Browser(office.client)
    browser.sign_in("li")
    assert browser.post("/password", {"current": PASSWORD, "new": "li"}).status_code == 422
    guess = {"current": "Not-2024-the-chuangkou", "new": "Nei-2025-ge-dating+men"}
    assert [browser.post("/password", guess).status_code for _ in range(6)] == [422] * 5 + [429]
    refused = seen(office, kind="sign_in_refused")
    told = [(e["principal"], e["route"], e["status"], e["code"], e["times"]) for e in refused]
    assert told == [
        ("li", "/password", 422, "current-password-wrong", 5),
        ("li", "/password", 429, "sign-in-locked", 1),
    ]
    assert guess["current"] not in str(every_row(office.database))


def test_a_center_sees_its_own_entries_alone(office: Office, database: Database) -> None:
    """What somebody of both reads of one is the one's; a list over both is seen by both."""
    other = Office(database, office.client, "XB")
    with database.write() as session:
        centers = [office.center, other.center]
        access.create_principal(session, OPERATOR, "authority", Role.AUDITOR, centers)
        authority = Person(office.client, access.issue_token(session, OPERATOR, "authority"))
    contract = office.contract()
    authority.get(contract)
    authority.get("/v1/settlements")
    office.supervisor.get(contract)
    routes = ["/v1/contracts/{contract_id}", "/v1/settlements", "/v1/contracts/{contract_id}"]
    assert [entry["route"] for entry in seen(office)] == routes
    assert [entry["route"] for entry in other.admin.items(LOG)] == ["/v1/settlements"]
    assert other.admin.items(LOG, subject_id=contract.rsplit("/", 1)[1]) == []
    assert [entry["route"] for entry in authority.items(LOG)] == routes
    for closed in (office.supervisor, office.finance, office.vendor_portal):
        assert closed.get(LOG).status_code == 403


def test_the_table_to_be_saved_holds_what_the_list_holds(office: Office) -> None:
    """In UTF-8 with its mark, filtered like the list, without a formula."""
    contract = office.contract()
    office.supervisor.get(contract)
    office.finance.get("/v1/contracts")
    flush(office)
    answer = office.admin.get(f"{LOG}/export", principal="supervisor-XA")
    assert (answer.headers["content-type"], answer.content[:3]) == ("text/csv; charset=utf-8", b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    (entry,) = seen(office, principal="supervisor-XA")
    assert (row["id"], row["principal"], row["route"]) == (entry["id"], entry["principal"], entry["route"])
    assert (row["occurred_at"], row["status"]) == (entry["occurred_at"], "200")
    assert (row["service_center"], row["service_center_id"]) == ("XA", str(office.center))
    assert row["subjects"] == f'{{"contract_id":"{contract.rsplit("/", 1)[1]}"}}'

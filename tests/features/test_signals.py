"""Signals of other systems: received once, matched, grouped by incident, proposed, and one finding for one incident."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import Any

import pytest
import time_machine
from sqlmodel import select

from app.database import Database
from app.errors import Invalid
from app.features.access import service as access
from app.features.access.scopes import SIGNALS_READ, SIGNALS_WRITE
from app.features.audit import service as audit
from app.features.audit.actor import OPERATOR
from app.features.audit.verify import verify_database
from app.features.contracts import queries as contract_queries
from app.features.parties import service as parties
from app.features.signals import deciding, queries
from app.models import Event
from app.models.words import Role
from tests.api.asking import expect_problem, last_part
from tests.nights import every_row
from tests.office import Office, Person
from tests.planted import looking_together, racing, statement_by_statement, unlocked

EMPTY_SEAT = "上午到综合窗口办理业务，窗口无人值守，等了四十分钟"
EMPTY_SEAT_AGAIN = "周三上午去综合窗口办理业务，窗口无人值守，白等了四十分钟"
SIGNALS = "/v1/signals"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    """Keep the clock inside the year of service."""
    with time_machine.travel("2023-02-15T04:00:00Z", tick=False):
        yield


def complaint(ref: str = "T-1", **more: Any) -> dict[str, Any]:
    """Give a complaint that names everything."""
    said = {"source": "12345", "external_ref": ref, "occurred_at": "2023-01-11T10:05:00+08:00"}
    return said | {"counter": "A-07", "issue_type": "leaving_post", "text": EMPTY_SEAT} | more


def review(ref: str = "R-1", **more: Any) -> dict[str, Any]:
    """Give a bad review of the same seat on the next day."""
    return complaint(ref, source="good_bad_review", occurred_at="2023-01-12T09:00:00+08:00", rating=1) | more


def sent(office: Office, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    """Send a signal as the other system does, and give it as the supervisor reads it."""
    answer = office.people[Role.INTEGRATION].post(SIGNALS, body)
    assert answer.status_code == status, answer.text
    read: dict[str, Any] = office.supervisor.get(f"{SIGNALS}/{answer.json()['id']}").json()
    return read


def decide(office: Office, signal: dict[str, Any], act: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 a response
    """Decide on a signal as it was read."""
    headers = {"If-Match": f'"{signal["version"]}"'}
    return office.supervisor.call("POST", f"{SIGNALS}/{signal['id']}/{act}", json=body, headers=headers)


# ---------------------------------------------------------------- received


def test_the_same_signal_again_is_the_same_and_another_under_its_reference_is_refused(
    office: Office, database: Database
) -> None:
    """Permanently, by source and reference, with whatever key; and nothing personal is stored anywhere."""
    office.contract()
    text = EMPTY_SEAT + "，请回电10000000000，我叫王小明"
    first = sent(office, complaint(text=text))
    assert (first["text"][-6:], first["period"], first["occurred_on"]) == ("，我叫***", "2023-01", "2023-01-11")
    assert sent(office, complaint(text=text), 200)["id"] == first["id"]
    answer = office.people[Role.INTEGRATION].post(SIGNALS, complaint(text="别的事"))
    expect_problem(answer, 409, "signal-differs", "/text")
    assert sent(office, complaint(source="hall", text=text))["id"] != first["id"]
    assert "10000000000" not in str(every_row(database))
    with database.read() as session:
        assert verify_database(session, {}).bad == []


def test_the_month_is_that_of_shanghai(office: Office) -> None:
    """Half past four in the afternoon of the last day in Greenwich is the next year in Shanghai."""
    found = sent(office, complaint(occurred_at="2022-12-31T16:30:00Z"))
    assert (found["occurred_on"], found["period"]) == ("2023-01-01", "2023-01")
    answer = office.people[Role.INTEGRATION].post(SIGNALS, complaint("T-2", occurred_at="2023-02-16T08:00:00+08:00"))
    expect_problem(answer, 422, "validation-error", "/occurred_at", "date-in-future")
    answer = office.people[Role.INTEGRATION].post(SIGNALS, complaint("T-3", occurred_at="2000-01-01T00:00:00+14:00"))
    expect_problem(answer, 422, "validation-error", "/occurred_at", "date-too-early")


def test_what_is_not_matched_is_named_and_not_guessed(office: Office, database: Database) -> None:
    """By the catalogues' codes and names alone; two contracts in service are candidates, not a choice."""
    first = office.contract()
    with database.write() as session:
        hall = parties.create_site(session, office.clerk, office.center, "H1", "一号大厅")
        parties.create_counter(session, office.clerk, office.center, hall, "A-07", "综合窗口")
    named = sent(office, complaint(counter="综合窗口", issue_type=None, category="离岗"))
    assert (named["counter"], named["issue_type"], named["contract_id"]) == ("A-07", "leaving_post", last_part(first))
    assert [named["matches"][part]["by"] for part in ("counter", "issue_type", "contract")] == [
        "name",
        "name",
        "only_contract",
    ]
    second = office.contract("XA-OTHER")
    vague = sent(office, complaint("T-2", counter="东边的窗口", issue_type=None, category="服务差"))
    assert vague["unmatched"] == ["counter", "issue_type", "contract"]
    assert vague["matches"]["contract"]["candidates"] == sorted([last_part(first), last_part(second)])
    assert vague["grouped"] == {**dict.fromkeys(vague["grouped"]), "code": "not_comparable"} | {
        "missing": ["counter", "issue_type"]
    }
    expect_problem(decide(office, vague, "acceptance", {}), 422, "validation-error", "/contract_id", "not-matched")
    said = {"contract_id": last_part(second)}
    expect_problem(decide(office, vague, "acceptance", said), 422, "validation-error", "/issue_type", "not-matched")
    assert decide(office, vague, "acceptance", said | {"issue_type": "late_opening"}).status_code == 200


def test_a_token_that_sees_several_centers_names_one(office: Office, database: Database) -> None:
    """By code or id; another's is not there."""
    elsewhere = Office(database, office.client, "XB")
    with database.write() as session:
        access.create_principal(session, OPERATOR, "12345", Role.INTEGRATION, [office.center, elsewhere.center])
        token = access.issue_token(session, OPERATOR, "12345", scopes=[SIGNALS_WRITE])
    platform = Person(office.client, token)
    problem = expect_problem(platform.post(SIGNALS, complaint()), 422, "validation-error", "/service_center")
    assert problem["errors"][0]["code"] == "service-center-missing"
    for named, center in (("XB", elsewhere.center), (str(office.center), office.center)):
        answer = platform.post(SIGNALS, complaint(service_center=named))
        assert (answer.status_code, answer.json()["service_center_id"]) == (201, str(center))
    expect_problem(platform.post(SIGNALS, complaint(service_center="XC")), 404, "not-found", "/service_center")


def test_what_another_system_has_sent_is_not_shown_to_who_sends_it_again(office: Office, database: Database) -> None:
    """Equal or not, forwarded by a second system: the same bare 409, and nothing becomes a second finding."""
    first = sent(office, complaint())
    with database.write() as session:
        access.create_principal(session, OPERATOR, "hotline", Role.INTEGRATION, [office.center])
        token = access.issue_token(session, OPERATOR, "hotline", scopes=[SIGNALS_READ, SIGNALS_WRITE])
    hotline = Person(office.client, token)
    answers = [hotline.post(SIGNALS, body) for body in (complaint(), complaint(text="别的事", rating=3))]
    same, other = (expect_problem(answer, 409, "reference-taken", "/external_ref") for answer in answers)
    assert same | {"request_id": ""} == other | {"request_id": ""}
    assert first["id"] not in answers[0].text
    assert hotline.items(SIGNALS) == []
    assert [one["id"] for one in office.supervisor.items(SIGNALS)] == [first["id"]]


# ---------------------------------------------------------------- scopes


def test_a_token_does_what_its_scopes_name(office: Office, database: Database) -> None:
    """Without `signals:read` it sends and does not read; what is unknown, or another role's, is not issued."""
    with database.write() as session:
        access.create_principal(session, OPERATOR, "12345", Role.INTEGRATION, [office.center])
        token = access.issue_token(session, OPERATOR, "12345", scopes=[SIGNALS_WRITE])
        reads = access.issue_token(session, OPERATOR, "12345", scopes=[SIGNALS_READ])
        for name, scopes in (("12345", ["signals:all"]), ("12345", []), ("supervisor-XA", [SIGNALS_READ])):
            with pytest.raises(Invalid) as refused:
                access.issue_token(session, OPERATOR, name, scopes=scopes)
            assert refused.value.faults[0].pointer == "/scopes"
    writer, reader = Person(office.client, token), Person(office.client, reads)
    assert writer.get("/v1/me").json()["scopes"] == ["signals:write"]
    assert writer.post(SIGNALS, complaint()).status_code == 201
    problem = expect_problem(writer.get(SIGNALS), 403, "forbidden")
    assert "signals:read" in problem["detail"]
    expect_problem(reader.post(SIGNALS, complaint("T-2")), 403, "forbidden")
    # One sees what one has sent oneself, and of its incident nothing else.
    other = sent(office, review())
    (own,) = reader.items(SIGNALS)
    assert own["external_ref"] == "T-1"
    assert [one["external_ref"] for one in reader.get(f"{SIGNALS}/{own['id']}").json()["incident"]] == ["T-1"]
    assert reader.get(f"{SIGNALS}/{other['id']}").status_code == 404


# ---------------------------------------------------------------- one incident


def test_two_channels_one_incident_one_finding(office: Office, database: Database) -> None:
    """Told to the center once; accepted whole; what comes later is known, and dismissal comes too late."""
    contract = office.contract()
    first, second = sent(office, complaint()), sent(office, review(text=EMPTY_SEAT_AGAIN))
    assert second["incident_id"] == first["incident_id"]
    because = second["grouped"]
    assert (because["code"], because["like"], because["likeness"]) == ("like_the_first", first["id"], "similar_wording")
    assert (because["days_apart"], because["wording_percent"]) == (1, 80)
    with database.read() as session:
        types = [event.type for event in session.exec(select(Event)) if event.type == "signal.proposed"]
    assert types == ["signal.proposed"]
    # Who has read the incident before it grew does not decide on it.
    assert decide(office, first, "acceptance", {}).status_code == 412
    (waiting,) = office.supervisor.items(SIGNALS, status="proposed", source="12345", period="2023-01", counter="A-07")
    answer = decide(office, waiting, "acceptance", {"deduction_points": "0.50", "description": "上午窗口无人"})
    assert (answer.status_code, answer.json()["status"], answer.json()["decided"]["by"]) == (
        200,
        "accepted",
        "supervisor-XA",
    )
    (finding,) = office.supervisor.items(f"{contract}/findings")
    assert (finding["id"], finding["occurred_on"], finding["counter"]) == (
        answer.json()["finding_id"],
        "2023-01-11",
        "A-07",
    )
    assert (finding["issue_type"], finding["description"]) == ("leaving_post", "上午窗口无人")
    late = sent(office, complaint("T-9", source="hall", text=None))
    assert (late["status"], late["finding_id"]) == ("known", finding["id"])
    assert [one["status"] for one in late["incident"]] == ["accepted", "accepted", "known"]
    expect_problem(decide(office, late, "acceptance", {}), 409, "signal-accepted")
    expect_problem(decide(office, late, "dismissal", {"reason": "重复"}), 409, "signal-accepted")
    with database.read() as session:
        assert verify_database(session, {}).bad == []


def test_the_order_of_arrival_does_not_matter_until_somebody_decides(office: Office, database: Database) -> None:
    """Four signals of one week, sent in several orders about several counters: always the same two incidents."""
    week = [
        complaint("1"),
        review("2", text=EMPTY_SEAT_AGAIN),
        complaint("3", occurred_at="2023-01-15T10:00:00+08:00"),
        review("4", text=None, occurred_at="2023-01-15T11:00:00+08:00"),
    ]
    for number, order in enumerate([*permutations(week)][::5]):
        for body in order:
            sent(office, body | {"counter": f"C-{number}", "external_ref": f"{number}/{body['external_ref']}"})
        found: dict[str, set[str]] = {}
        for signal in office.supervisor.items(SIGNALS, counter=f"C-{number}"):
            found.setdefault(signal["incident_id"], set()).add(last_part(signal["external_ref"]))
        assert sorted(map(sorted, found.values())) == [["1", "2"], ["3", "4"]], order
    with database.read() as session:
        assert verify_database(session, {}).bad == []


def test_a_supervisor_splits_and_joins_and_the_rule_leaves_it_so(office: Office) -> None:
    """What was split off stays alone; a further signal goes to the first that it is like."""
    office.contract()
    sent(office, complaint())
    second = sent(office, review())
    answer = decide(office, second, "regrouping", {"with_signal": None, "reason": "不是同一人"})
    split = answer.json()
    assert (answer.status_code, [one["id"] for one in split["incident"]]) == (200, [second["id"]])
    assert (split["grouped"]["code"], split["grouped"]["by"]) == ("by_hand", "supervisor-XA")
    problem = decide(office, split, "regrouping", {"with_signal": None, "reason": "再拆"})
    expect_problem(problem, 422, "validation-error", "/with_signal", "alone-already")
    third = sent(office, complaint("T-3", text=None))
    assert {one["external_ref"] for one in third["incident"]} == {"T-1", "T-3"}
    joined = decide(office, split, "regrouping", {"with_signal": third["id"], "reason": "是同一件事"}).json()
    assert {one["external_ref"] for one in joined["incident"]} == {"T-1", "T-3", "R-1"}


def test_a_dismissed_incident_draws_nothing_and_may_be_accepted_after_all(office: Office) -> None:
    """Its reason is kept; what comes later is proposed by itself."""
    office.contract()
    first = sent(office, complaint())
    dismissed = decide(office, first, "dismissal", {"reason": "当日停电"}).json()
    assert (dismissed["status"], dismissed["decided"]["reason"]) == ("dismissed", "当日停电")
    expect_problem(decide(office, dismissed, "dismissal", {"reason": "再次"}), 409, "signal-dismissed")
    again = sent(office, review())
    assert (again["status"], again["incident_id"] == first["incident_id"]) == ("proposed", False)
    problem = decide(office, again, "regrouping", {"with_signal": first["id"], "reason": "同一件事"})
    expect_problem(problem, 409, "signal-dismissed", "/with_signal")
    assert decide(office, dismissed, "acceptance", {}).json()["status"] == "accepted"


def test_a_final_month_takes_no_finding_and_the_signal_stays_proposed(office: Office) -> None:
    """As recording a finding says; another service center's contract is not there."""
    contract = office.contract()
    signal = sent(office, complaint())
    office.assess(contract, "2023-01", "95.00", "2023-02-01")
    office.finalize(contract, "2023-01", "2023-02-02")
    expect_problem(decide(office, signal, "acceptance", {}), 409, "month-is-final", "/occurred_on")
    said = {"contract_id": str(uuid.UUID(int=7))}
    expect_problem(decide(office, signal, "acceptance", said), 404, "not-found", "/contract_id")
    assert office.supervisor.get(f"{SIGNALS}/{signal['id']}").json()["version"] == signal["version"]


# ---------------------------------------------------------------- two at once

ROUNDS = 3


def _race(office: Office) -> tuple[list[list[int]], int]:
    """Let two supervisors accept an incident at once by two of its signals; gives the answers, and the findings."""
    contract = office.contract()
    barrier = threading.Barrier(2)
    answers = []
    with ThreadPoolExecutor(2) as pool:
        for number in range(ROUNDS):
            at = {"counter": f"C-{number}"}
            sent(office, complaint(f"T-{number}", **at))
            two = sent(office, review(f"R-{number}", **at))["incident"]

            def act(signal: dict[str, Any]) -> int:
                barrier.wait()
                return int(decide(office, signal, "acceptance", {}).status_code)

            with racing():
                answers.append(sorted(pool.map(act, two)))
    return answers, len(office.supervisor.items(f"{contract}/findings"))


def test_of_two_who_accept_at_once_one_makes_the_finding(office: Office, database: Database) -> None:
    answers, found = _race(office)
    assert (answers, found) == ([[200, 412]] * ROUNDS, ROUNDS)
    with database.read() as session:
        assert verify_database(session, {}).bad == []


def test_the_race_is_lost_by_code_that_looks_and_then_accepts(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statement by statement, nothing held, nothing compared, no key: without doubles the race would show nothing."""
    monkeypatch.setattr(Database, "write", statement_by_statement(database))
    monkeypatch.setattr(contract_queries, "contract_for_update", unlocked)
    monkeypatch.setattr(queries, "hold_center", lambda *_: None)
    monkeypatch.setattr(queries, "incident", looking_together(queries.incident))
    monkeypatch.setattr(deciding, "_set", lambda *_: None)
    monkeypatch.setattr(deciding, "_link", lambda *_: None)
    monkeypatch.setattr(audit, "append", lambda *_: None)
    _, found = _race(office)
    assert found > ROUNDS

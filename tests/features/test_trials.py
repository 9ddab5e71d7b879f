"""Trials: the invented centre's year under other terms, a whole centre in the background, nothing written."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlmodel import Session

from app import clock, nightly
from app.database import Database
from app.features.access.caller import Caller
from app.features.settlements.trials import centers, service
from app.features.settlements.trials.patching import Change
from app.features.settlements.trials.request import TrialRequest
from app.features.settlements.trials.service import ContractTrial
from app.models import Contract
from app.models.words import Role
from app.rules.money import yuan
from app.rules.periods import Period
from tests.api.asking import expect_problem
from tests.features.test_settlements import MONEY, assessed, contract
from tests.nights import every_row
from tests.office import Office, Person

OWN_TERMS: dict[str, Any] = {"changes": []}
HARDER = {"op": "replace", "path": "/money/0/bands/1/share", "value": "0.8"}


def _change(op: Any, path: str, value: Any = None) -> Change:  # noqa: ANN401 JSON is any value
    return Change(op, path, value)


# ---------------------------------------------------------------- the invented centre's year

YEARS: dict[str, tuple[TrialRequest, dict[str, str], list[str], list[str]]] = {
    "all is paid from 85 on, and the pass mark is 92": (
        TrialRequest(
            changes=[
                _change("replace", "/money/0/bands/0/at_least", "85"),
                _change("replace", "/money/0/bands/1/below", "85"),
                _change("replace", "/pass_mark", "92.00"),
            ]
        ),
        {"2024-03": "10000.00"},
        ["below_pass_mark/2024-07", "below_pass_mark/2024-09"],
        [],
    ),
    "every point under 95 costs 1% of the month, from July on": (
        TrialRequest(
            changes=[
                _change(
                    "replace",
                    "/money/0",
                    {
                        "kind": "linear_below_mark",
                        "base": "month_fee",
                        "mark": "95",
                        "per_point": "0.01",
                        "granularity": "linear",
                        "excused": "paid_in_full",
                        "rounding": {"stage": "amount", "places": 2},
                    },
                )
            ],
            effective_from=Period(2024, 7).first_day,
        ),
        {
            "2024-07": "-4000.00",
            "2024-08": "-2250.00",
            "2024-09": "-4000.00",
            "2024-10": "3000.00",
            "2024-11": "1500.00",
            "2024-12": "-2000.00",
        },
        [],
        [],
    ),
    "half the holdback, findings cost nothing, the pass mark at 80 and notices in 30 days": (
        TrialRequest(
            changes=[
                _change("replace", "/money/2/share", "0.05"),
                _change("remove", "/money/1"),
                _change("replace", "/pass_mark", "80.00"),
                _change(
                    "replace", "/notice", {"after": "period_end", "unit": "calendar_days", "length": 30, "roll": "none"}
                ),
            ]
        ),
        {
            "2024-01": "5500.00",
            "2024-02": "5300.00",
            "2024-03": "6300.00",
            "2024-04": "5300.00",
            "2024-05": "5000.00",
            "2024-06": "5000.00",
            "2024-07": "6300.00",
            "2024-08": "5000.00",
            "2024-09": "5000.00",
            "2024-10": "6800.00",
            "2024-11": "6300.00",
            "2024-12": "5000.00",
        },
        [],
        ["below_pass_mark/2024-03", "late_notice/2024-02", "late_notice/2024-08"],
    ),
}


@pytest.fixture
def year(demo: Database) -> Iterator[tuple[Session, Caller, uuid.UUID]]:
    """Give the contract of the invented centre, and somebody who may try it."""
    with demo.snapshot() as session:
        row = session.execute(select(Contract).where(Contract.number == "SL-2024")).scalar_one()  # type: ignore[arg-type]
        yield session, Caller(uuid.uuid4(), "supervisor", Role.SUPERVISOR, (row.service_center_id,)), row.id


def _moved(found: ContractTrial) -> dict[str, str]:
    return {str(m.period): yuan(m.comes_to.difference or 0) for m in found.outcome.months if m.comes_to.difference}


def test_the_invented_year_under_three_other_sets_of_terms(year: tuple[Session, Caller, uuid.UUID]) -> None:
    """Month by month what changes, by which clause on either side, and which alerts come and go."""
    tried = {name: service.try_contract(*year, request) for name, (request, *_) in YEARS.items()}
    for name, (_, months, more, fewer) in YEARS.items():
        found = tried[name]
        assert len(found.outcome.decided) == 12
        assert _moved(found) == months, name
        for month in found.outcome.months:
            lines = [line for why in month.why for line in (*why.own, *why.trial)]
            assert all(line.clause and line.steps for line in lines)
            assert bool(lines) == bool(month.why)
        raised = [[f"{r.state.kind}/{r.state.subject}" for r in side] for side in _sides(found)]
        assert raised == [more, fewer], name
    # Of the last: a twentieth of every fee more, and all that findings have cost.
    last = list(tried.values())[-1]
    assert yuan(last.outcome.comes_to.difference or 0) == "66800.00"
    (payout,) = last.years
    assert [yuan(fen or 0) for fen in (payout.paid.own, payout.paid.trial, payout.paid.posted)] == [
        "57600.00",
        "28800.00",
        "57600.00",
    ]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_score_on_another_scale_than_the_marks_on_trial_is_not_judged(
    year: tuple[Session, Caller, uuid.UUID],
) -> None:
    """Every assessed month is undecided and said to be; the excused one is paid as the clause says."""
    changes = [_change("replace", "/rubric", {"full_mark": "120"})]
    found = service.try_contract(*year, TrialRequest(changes=changes))
    assert [str(month.period) for month in found.outcome.decided] == ["2024-06"]
    missing = {entry.name for month in found.outcome.months for entry in month.trial.missing}
    assert (missing, len(found.alerts.not_judged)) == ({"full_mark"}, 11)
    assert {raised.state.kind.value for raised in found.alerts.only_under_own} == {
        "below_pass_mark",
        "consecutive_fail",
    }


def _sides(found: ContractTrial) -> tuple[Any, Any]:
    return found.alerts.only_under_trial, found.alerts.only_under_own


def test_under_its_own_terms_a_trial_shows_nothing(year: tuple[Session, Caller, uuid.UUID]) -> None:
    """Of every contract of the demo; and what the trial's rules raise is what the nights have raised."""
    session, caller, contract_id = year
    for row in session.execute(select(Contract)).scalars().all():
        theirs = Caller(uuid.uuid4(), "supervisor", Role.SUPERVISOR, (row.service_center_id,))
        found = service.try_contract(session, theirs, row.id, TrialRequest(changes=[]))
        assert [month.why for month in found.outcome.months if month.why] == []
        assert _sides(found) == ((), ())
        assert [entry for entry in found.outcome.payments if entry.own != entry.trial] == []
        assert [entry for entry in found.years if entry.own != entry.trial] == []
    own = service.try_contract(session, caller, contract_id, TrialRequest(changes=[]))
    kinds = {"below_pass_mark", "consecutive_fail", "repeat_offence", "late_notice", "missing_annual_assessment"}
    nights = nightly.past(session, clock.today(), caller.centers, contract_id)
    assert own.alerts.both == sum(state.kind in kinds for state in nights)


# ---------------------------------------------------------------- the doors

QUARTER = {"2023-01": "95.00", "2023-02": "89.99", "2023-03": "91.00"}


def test_a_contracts_trial_answers_at_once_and_writes_nothing(office: Office) -> None:
    address = contract(office)
    assessed(office, address, QUARTER)
    before = every_row(office.database)
    body = {"title": "八折", "changes": [HARDER], "months": {"from": "2023-02"}}
    answer = office.supervisor.post(f"{address}/trials", body)
    assert answer.status_code == 200, answer.text
    assert every_row(office.database) == before
    found = answer.json()
    (february, march) = found["months"]
    assert (february["period"], february["comes_to"]) == (
        "2023-02",
        {"own": "80000.00", "trial": "70000.00", "difference": "-10000.00", "posted": None},
    )
    (why,) = february["why"]
    assert why["text"]["zh"] == "得分扣款：现行条款10000.00元，试算条款20000.00元"
    assert [lines[0]["clause"] for lines in (why["own_lines"], why["trial_lines"])] == ["/money/0", "/money/0"]
    assert why["trial_lines"][0]["steps"][-1]["said"]["en"].endswith("= 20000.00 yuan")
    assert (march["why"], found["totals"]["comes_to"]["difference"]) == ([], "-10000.00")
    # A quarter of which not every month is shown has no sum.
    assert [entry["payment_period"] for entry in found["payment_periods"]] == []


def test_the_terms_in_force_sent_as_they_stand_show_nothing(office: Office) -> None:
    """Also where a mark is written otherwise: 80 is 80.00."""
    address = contract(office)
    assessed(office, address, {"2023-01": "79.00", "2023-02": "78.00"})
    terms = office.auditor.get(f"{address}/terms", period="2023-01").json()["terms"]
    terms["consecutive"][0]["below"] = "80"
    found = office.supervisor.post(f"{address}/trials", {"terms": terms}).json()
    assert [month["why"] for month in found["months"]] == [[], []]
    assert (found["alerts"]["only_under_trial"], found["alerts"]["only_under_own"]) == ([], [])
    # Two months under the pass mark, two in a row under 80, two notices overdue.
    assert found["alerts"]["under_both"] == 5


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no such path": ({"changes": [HARDER, HARDER | {"path": "/money/9/share"}]}, "no-such-path", "/changes/1/path"),
    "no such index": ({"changes": [HARDER | {"path": "/money/01/share"}]}, "no-such-path", "/changes/0/path"),
    "not valid": ({"changes": [HARDER | {"value": "2"}]}, "value-error", "/terms/money/0/bands/1/share"),
    "contradicts itself": (
        {"changes": [{"op": "remove", "path": "/money/0/bands/2"}]},
        "band-gap",
        "/terms/money/0/bands",
    ),
    "neither": ({}, "terms-or-changes", ""),
    "both": ({"terms": {}, "changes": []}, "terms-or-changes", ""),
    "backwards": (
        OWN_TERMS | {"months": {"from": "2023-03", "to": "2023-02"}},
        "ends-before-it-starts",
        "/months/to",
    ),
}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_cannot_be_tried_is_named(office: Office) -> None:
    address = contract(office)
    for name, (body, code, pointer) in REFUSED.items():
        answer = office.supervisor.post(f"{address}/trials", body)
        assert answer.status_code == 422, name
        found = answer.json()["errors"][0]
        assert (found["code"], found["pointer"]) == (code, pointer), name


def _read(person: Person, trial: str) -> dict[str, Any]:
    answer = person.get(trial)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_centers_trial_goes_on_in_the_background_and_writes_its_own_row_alone(office: Office) -> None:
    address = contract(office)
    assessed(office, address, QUARTER)
    office.contract("XA-SILENT")
    left_out = ("trials", "idempotency_keys")
    before = every_row(office.database, *left_out)
    asked = office.finance.post(f"/v1/service-centers/{office.center}/trials", {"changes": [HARDER]})
    assert asked.status_code == 202, asked.text
    trial = asked.headers["location"]
    found = _read(office.auditor, trial)
    assert (found["status"], found["progress"], found["asked_by"]) == ("done", {"done": 2, "of": 2}, "finance-XA")
    assert found["request"]["changes"] == [HARDER]
    totals = found["totals"]
    assert (totals["contracts"], totals["refused"], totals["months"]) == (1, 1, 3)
    assert totals["comes_to"]["difference"] == "-10000.00"
    tried, silent = office.auditor.items(f"{trial}/contracts", limit=1)
    assert [month["period"] for month in tried["changed"]] == ["2023-02"]
    assert tried["changed"][0]["why"][0]["en"].endswith("20000.00 on trial")
    assert (silent["contract_number"], silent["outcome"]) == ("XA-SILENT", "refused")
    assert [fault["pointer"] for fault in silent["faults"]] == ["/changes/0/path"]
    assert every_row(office.database, *left_out) == before


def test_a_trial_tells_how_far_it_has_come_and_is_forgotten_after_a_month(office: Office) -> None:
    for number in ("XA-1", "XA-2"):
        office.contract(number, terms={**MONEY, "reference": {"document": "合同"}})
    with office.database.write() as session:
        caller = Caller(office.clerk.principal_id, "clerk", Role.SUPERVISOR, (office.center,))
        id_ = centers.ask(session, caller, office.center, TrialRequest(changes=[]))
    trial = f"/v1/trials/{id_}"
    assert (_read(office.auditor, trial)["status"], _read(office.auditor, trial)["progress"]["done"]) == ("queued", 0)
    seen = []
    for done in centers.carry_out(office.database, id_, at_a_time=1):
        found = _read(office.auditor, trial)
        seen.append((done, found["status"], found["progress"], found["totals"]))
    assert seen == [(done, "running", {"done": done, "of": 2}, None) for done in (1, 2)]
    assert _read(office.auditor, trial)["status"] == "done"
    # Whoever carries it out again does nothing: it is done.
    assert list(centers.carry_out(office.database, id_)) == []
    with office.database.write() as session:
        dying = centers.ask(session, caller, office.center, TrialRequest(changes=[]))
    assert next(centers.carry_out(office.database, dying, at_a_time=1)) == 1
    trials = f"/v1/service-centers/{office.center}/trials"
    expect_problem(office.supervisor.post(trials, OWN_TERMS), 409, "trial-going-on")
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        assert _read(office.auditor, f"/v1/trials/{dying}")["status"] == "interrupted"
        assert office.supervisor.post(trials, OWN_TERMS).status_code == 202
    later = clock.today() + timedelta(days=31)
    with office.database.write() as session:
        assert centers.forget(session, later) == 3
    expect_problem(office.auditor.get(trial), 404, "not-found", "/path/trial_id")

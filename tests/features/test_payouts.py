"""Payouts: an ambiguous text is read by the parties, what is not known is named, and one approval posts it once."""

from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.database import Database, statements
from app.features.audit.actor import Actor
from app.features.audit.verify import verify_database
from app.features.settlements.payouts.drafting import draft_payouts
from app.models.payouts import payout_id
from tests.api.asking import expect_problem
from tests.office import TERMS, Office
from tests.payouts import (
    ANNUAL,
    CHOICE,
    HOLDBACK,
    PRORATED,
    balances,
    haikou,
    open_books,
    payout,
    recomputed,
    scored,
    sources,
)
from tests.years import amend

# ---------------------------------------------------------------- readings


def test_every_reading_shows_its_figure(office: Office) -> None:
    """Clauses.md section 3, with a figure for each candidate of P, before anything of the payout is on record."""
    contract = haikou(office)
    open_books(office, contract)
    found = payout(office, contract)
    assert (found["status"], found["amount"], found["version"]) == ("ambiguous", None, 0)
    assert [(r["id"], r["inputs"].get("P"), r["amount"], r["exceeds_held"]) for r in found["readings"]] == [
        ("literal.1", "6571332.08", "3755046.90", True),
        ("literal.2", "5914198.87", "4280753.46", True),
        ("rate_of_literal.1", "6571332.08", "375504.69", False),
        ("rate_of_literal.2", "5914198.87", "428075.35", False),
        ("year_by_twelfths", None, "375504.69", False),
        ("whole_year", None, "901211.26", True),
        ("by_days.1", "6571332.08", "372375.48", False),
        ("by_days.2", "5914198.87", "424508.05", False),
    ]
    assert (found["spread"], found["held"], found["missing"]) == ("3908377.98", "469380.86", [])
    assert found["readings"][2]["text"]["en"] == "10% × (T − P) ÷ 5 months served × 4 months assessed"
    assert found["id"] == str(payout_id(UUID(contract.rsplit("/", 1)[1]), "2023/prorated_payout"))
    assert any("2023-08-04 it is 150 days" in n["en"] and "5 months" in n["en"] for n in found["notes"])
    refused = office.finance.post(f"{contract}/payouts/{found['id']}/approval")
    problem = expect_problem(refused, 409, "payout-not-decided", "/readings")
    assert "3908377.98 apart" in problem["detail"]


def test_what_is_not_known_is_named(office: Office) -> None:
    """Without a candidate P is missing; months that the record does not have as stated are missing too."""
    found = payout(office, haikou(office, "HK-1", excluded={"name": "P", "candidates": []}))
    assert (found["status"], [m["name"] for m in found["missing"]]) == ("incomplete", ["P"])
    assert found["missing"][0]["pointer"] == "/terms/money/1/excluded"
    assert {r["id"]: r["amount"] for r in found["readings"]} == {
        "literal": None,
        "rate_of_literal": None,
        "year_by_twelfths": "375504.69",
        "whole_year": "901211.26",
        "by_days": None,
    }
    found = payout(office, haikou(office, "HK-2", assessed=3))
    assert (found["status"], [m["pointer"] for m in found["missing"]]) == ("incomplete", ["/terms/money/1/assessed"])
    assert found["missing"][0]["en"].endswith("the record has 2023-08, 2023-09, 2023-10")


def test_a_clear_text_needs_no_choice_but_its_sum(office: Office) -> None:
    """One reading is a draft at once; a candidate for P is an assumption until somebody records it."""
    clear = {"id": "agreed", "rate": "applied", "total": "whole", "proportion": "months_served"}
    whole = haikou(office, "HK-1", readings=[clear])
    found = payout(office, whole)
    assert (found["status"], found["amount"]) == ("draft", "901211.26")
    refused = office.finance.post(f"{whole}/payouts/{found['id']}/reading", CHOICE)
    expect_problem(refused, 409, "nothing-to-choose")
    one = {"name": "P", "candidates": PRORATED["excluded"]["candidates"][:1]}
    less = haikou(office, "HK-2", readings=[clear | {"total": "less_excluded"}], excluded=one)
    found = payout(office, less)
    assert (found["status"], found["amount"], [m["name"] for m in found["missing"]]) == ("incomplete", None, ["P"])
    read = office.finance.post(f"{less}/payouts/{found['id']}/reading", CHOICE | {"reading_id": "agreed"})
    assert (read.json()["status"], read.json()["amount"]) == ("draft", "375504.69")


def test_a_recorded_reading_is_approved_by_another_person_and_posted_once(office: Office) -> None:
    """Ten percent of the literal reading with P recorded: 375,504.69, the rest of the year's holdback forfeited."""
    contract = haikou(office)
    open_books(office, contract)
    address = f"{contract}/payouts/{payout(office, contract)['id']}"
    read = office.finance.post(f"{address}/reading", CHOICE)
    assert read.status_code == 200, read.text
    found = read.json()
    assert {name: found[name] for name in ("status", "amount", "forfeited", "version", "drafted_by")} == {
        "status": "draft",
        "amount": "375504.69",
        "forfeited": "93876.17",
        "version": 1,
        "drafted_by": "finance-XA",
    }
    assert (found["choice"]["rest"], found["choice"]["inputs"]) == ("forfeited", {"P": "6571332.08"})
    assert read.headers["etag"].startswith('"1-')
    expect_problem(office.finance.post(f"{address}/approval"), 403, "approver-is-drafter")
    expect_problem(office.supervisor.post(f"{address}/approval"), 403, "forbidden")
    stale = office.finance2.call("POST", f"{address}/approval", headers={"If-Match": '"0"'})
    expect_problem(stale, 412, "precondition-failed")
    approved = office.finance2.call("POST", f"{address}/approval", headers={"If-Match": read.headers["etag"]})
    assert (approved.status_code, approved.json()["status"]) == (200, "approved"), approved.text
    assert (approved.json()["version"], approved.json()["held"]) == (2, "0.00")
    assert balances(office, contract) == {"accrued": 46938086, "payable": 37550469, "forfeited": 9387617}
    expect_problem(office.finance2.post(f"{address}/approval"), 409, "already-approved")
    expect_problem(office.finance2.post(f"{address}/reading", CHOICE), 409, "already-approved")
    _explained(office, address)
    with office.database.read() as session:
        assert verify_database(session, {}).bad == []


def _explained(office: Office, address: str) -> None:
    said = office.finance.get(f"{address}/explanation").json()
    assert recomputed(said["steps"]) == Fraction(said["amount"]) == Fraction("375504.69")
    assert recomputed(said["forfeited_steps"]) == Fraction(said["forfeited"])
    standing = {r["id"]: r["standing"] for r in said["readings"]}
    assert [id_ for id_, how in standing.items() if how == "chosen"] == ["rate_of_literal.1"]
    assert set(standing.values()) == {"chosen", "rejected"}
    for reading in said["readings"]:
        assert recomputed(reading["steps"]) == Fraction(reading["amount"])
    assert said["steps"][-1]["said"]["zh"].startswith("绩效考核金 = ")
    assert (said["choice"]["recorded_by"], said["choice"]["agreed_on"]) == ("finance-XA", "2024-01-10")
    assert any("2023-08-04" in n["en"] and "The clause speaks of 5 months" in n["en"] for n in said["notes"])
    for source in set(sources(said)):
        assert office.finance.get(source).status_code == 200, source


def test_more_than_is_held_is_never_approved(office: Office) -> None:
    """The literal reading may be recorded, not approved; until approval another one may take its place."""
    contract = haikou(office)
    open_books(office, contract)
    address = f"{contract}/payouts/{payout(office, contract)['id']}"
    read = office.supervisor.post(f"{address}/reading", CHOICE | {"reading_id": "literal.1"}).json()
    assert (read["status"], read["amount"], read["forfeited"]) == ("draft", "3755046.90", "0.00")
    problem = expect_problem(office.finance.post(f"{address}/approval"), 409, "payout_exceeds_held")
    assert "3755046.90" in problem["detail"]
    assert "469380.86" in problem["detail"]
    assert "payable" not in balances(office, contract)
    again = office.finance.post(f"{address}/reading", CHOICE | {"reading_id": "by_days.2", "note": "更正"}).json()
    assert (again["amount"], again["choice"]["number"], again["version"]) == ("372375.48", 2, 2)
    open_books(office, contract, 100, called="2024-01")
    problem = expect_problem(office.finance2.post(f"{address}/approval"), 409, "draft-stale")
    assert "97005.38 forfeited; by what is on record today it is 372375.48, 97006.38" in problem["detail"]


BAD_CHOICES: list[tuple[dict[str, Any], str, str]] = [
    ({"inputs": {}}, "/inputs/P", "input-missing"),
    ({"inputs": {"P": "6571332.085"}}, "/inputs/P", "value-error"),
    ({"inputs": {"P": "11265140.71"}}, "/inputs/P", "input-too-large"),
    ({"inputs": {"P": "1.00", "Q": "1.00"}}, "/inputs/Q", "unknown-input"),
    ({"inputs": {"P": "1.00", "T": "1.00"}}, "/inputs/T", "input-fixed"),
    ({"reading_id": "year_by_twelfths"}, "/inputs/P", "unknown-input"),
    ({"reading_id": "any"}, "/reading_id", "unknown-reading"),
    ({"agreed_on": "2089-01-01"}, "/agreed_on", "date-in-future"),
    ({"rest": "forfeited"}, "/december", "unknown-member"),
    ({"december": "lost"}, "/rest", "enum"),
]


def test_a_choice_that_says_too_little_or_too_much_is_refused(database: Database, office: Office) -> None:
    """Each with the place and the code of what is wrong, and nothing of it is written."""
    contract = haikou(office, assessed=0)
    address = f"{contract}/payouts/{payout(office, contract)['id']}"
    for changed, pointer, fault in BAD_CHOICES:
        refused = office.finance.post(f"{address}/reading", CHOICE | changed)
        expect_problem(refused, 422, "validation-error", pointer, fault)
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM payouts")).scalar_one() == 0


def test_the_choice_says_what_becomes_of_the_rest(office: Office) -> None:
    """The rest of the year's holdback is forfeited, stays held, or is paid out as a further step."""
    found = {}
    for number, rest in enumerate(("forfeited", "held", "released")):
        contract = haikou(office, f"HK-{number}")
        open_books(office, contract)
        address = f"{contract}/payouts/{payout(office, contract)['id']}"
        body = {name: value for name, value in CHOICE.items() if name != "december"}
        office.finance.post(f"{address}/reading", body | {"rest": rest}).raise_for_status()
        office.finance2.post(f"{address}/approval").raise_for_status()
        said = office.finance.get(f"{address}/explanation").json()
        assert recomputed(said["steps"]) == Fraction(said["amount"])
        assert {office.finance.get(source).status_code for source in set(sources(said))} == {200}
        left = balances(office, contract)
        found[rest] = (left["payable"], left.get("held", 0), left.get("forfeited", 0))
    assert found == {
        "forfeited": (37550469, 0, 9387617),
        "held": (37550469, 9387617, 0),
        "released": (46938086, 0, 0),
    }


def test_an_amendment_moves_what_is_not_approved(office: Office) -> None:
    """A choice that the text no longer allows counts no more; a clause that is gone pays nothing; approvals stand."""
    addresses = []
    for contract in (haikou(office, "HK-1"), haikou(office, "HK-2")):
        open_books(office, contract)
        addresses.append(f"{contract}/payouts/{payout(office, contract)['id']}")
        office.finance.post(f"{addresses[-1]}/reading", CHOICE).raise_for_status()
    office.finance2.post(f"{addresses[1]}/approval").raise_for_status()
    whole = {"id": "agreed", "rate": "applied", "total": "whole", "proportion": "year"}
    found = []
    for clauses, code in (([HOLDBACK, PRORATED | {"readings": [whole]}], "draft-stale"), ([], "payout-not-decided")):
        for address in addresses:
            contract = address.split("/payouts/")[0]
            amend(office, contract, "2023-08-04", "2024-02-01", money=clauses).raise_for_status()
        expect_problem(office.finance2.post(f"{addresses[0]}/approval"), 409, code)
        found += [office.auditor.get(address).json() for address in addresses]
    assert [(p["status"], p["amount"], p["clause"]["terms_version"]) for p in found] == [
        ("draft", "375504.69", 2),
        ("approved", "375504.69", 1),
        ("incomplete", None, 1),
        ("approved", "375504.69", 1),
    ]
    assert [m["name"] for m in found[2]["missing"]] == ["clause"]
    approved = office.finance.get(f"{addresses[1]}/explanation").json()
    assert office.finance.get(approved["clause"]["href"]).json()["version"] == 1


# ---------------------------------------------------------------- by the year's score

BANDS = [
    {"at_least": "90", "share": "1"},
    {"at_least": "80", "below": "90", "share": "0.8"},
    {"below": "80", "share": "0"},
]
BY_SCORE = {"kind": "payout_by_score", "source": "holdback", "bands": BANDS}
AWARD = {"kind": "score_award", "source": "holdback", "floor": "61"}
ALL = {"kind": "all_or_nothing", "source": "holdback", "mark": "90"}


def test_a_years_score_earns_what_the_clause_says(office: Office) -> None:
    """What is not earned of what is held for the year is forfeited; what does not decide is named."""
    cases: list[tuple[dict[str, Any], object, str | None, object]] = [
        (BY_SCORE, {"exact": "89.99"}, "80000.00", "20000.00"),
        (BY_SCORE, {"at_least": "90.00"}, "100000.00", "0.00"),
        (AWARD, {"exact": "85.00"}, "85000.00", "15000.00"),
        (AWARD, {"exact": "60.99"}, "0.00", "100000.00"),
        (ALL, {"exact": "90.00"}, "100000.00", "0.00"),
        (ALL, {"below": "80.00"}, "0.00", "100000.00"),
        (ALL, {"at_least": "80.00"}, None, "annual_score"),
        (ALL, "not held", None, "annual_assessment"),
    ]
    for number, (clause, score, amount, more) in enumerate(cases):
        contract = scored(office, f"SC-{number}", clause, score)
        subject = f"2023/{clause['kind']}"
        assert "settlement" in {m["name"] for m in payout(office, contract, subject)["missing"]}
        open_books(office, contract, 10_000_000, "2023-10", "2023-11", "2023-12")
        found = payout(office, contract, subject)
        if amount is None:
            assert (found["status"], [m["name"] for m in found["missing"]]) == ("incomplete", [more])
            continue
        assert (found["status"], found["amount"], found["forfeited"]) == ("draft", amount, more), (clause, score)
        approved = office.finance.post(f"{contract}/payouts/{found['id']}/approval")
        assert (approved.status_code, approved.json()["drafted_by"]) == (200, "nobody"), approved.text
        assert "held" not in balances(office, contract)
        said = office.finance.get(f"{contract}/payouts/{found['id']}/explanation").json()
        assert recomputed(said["steps"]) == Fraction(amount)
        assert {office.finance.get(source).status_code for source in set(sources(said))} == {200}


def test_an_amount_that_is_not_whole_fen_needs_its_rounding(office: Office) -> None:
    """The clause says where it rounds, or the payout is incomplete."""
    silent = scored(office, "SC-1", AWARD, {"exact": "85.55"})
    rounds = AWARD | {"rounding": {"stage": "amount", "places": 2}}
    says = scored(office, "SC-2", rounds, {"exact": "85.55"})
    for contract in (silent, says):
        open_books(office, contract, 10_001, "2023-10", "2023-11", "2023-12")
    assert [m["pointer"] for m in payout(office, silent, "2023/score_award")["missing"]] == ["/terms/money/1/rounding"]
    assert payout(office, says, "2023/score_award")["amount"] == "85.56"


# ---------------------------------------------------------------- releases

RELEASES = [
    {"code": "half", "share": "0.5", "after": "acceptance"},
    {"code": "year", "share": "0.3", "after": "annual_assessment"},
    {"code": "end", "share": "0.2", "after": "contract_end"},
]
RETURNED = HOLDBACK | {"releases": RELEASES, "rounding": {"stage": "amount", "places": 2}}


def test_a_holdback_is_returned_in_parts_that_sum_to_it(office: Office) -> None:
    """Each once, after its event, in the order in which the events come; the last one takes the rest."""
    terms = TERMS | {"annual_assessment": ANNUAL, "money": [RETURNED]}
    contract = scored(office, "RE-1", ALL, "not held", money=terms["money"])
    assert [m["name"] for m in payout(office, contract, "release/end")["missing"]] == ["held_back"]
    open_books(office, contract, 3_333_333)
    before = {code: payout(office, contract, f"release/{code}") for code in ("half", "year", "end")}
    assert {code: (p["status"], p["amount"], [m["name"] for m in p["missing"]]) for code, p in before.items()} == {
        "half": ("incomplete", None, ["acceptance"]),
        "year": ("incomplete", None, ["annual_assessment"]),
        "end": ("draft", "6666.67", []),
    }
    accepted = {"release": "half", "on": "2024-01-12", "document": "验收报告"}
    for body, status, code, pointer in (
        ({"release": "half", "on": "2024-01-12"}, 422, "validation-error", "/document"),
        (accepted | {"on": "2089-01-12"}, 422, "validation-error", "/on"),
        (accepted | {"release": "whole"}, 422, "validation-error", "/release"),
        ({"release": "end", "on": "2024-01-12"}, 422, "validation-error", "/on"),
        ({"release": "year"}, 409, "payout-not-decided", "/annual-assessments"),
    ):
        expect_problem(office.supervisor.post(f"{contract}/releases", body), status, code, pointer)
    drafted = office.supervisor.post(f"{contract}/releases", accepted)
    assert (drafted.status_code, drafted.json()["amount"]) == (201, "16666.67"), drafted.text
    assert drafted.headers["location"] == f"{contract}/payouts/{drafted.json()['id']}"
    again = office.finance.post(f"{contract}/releases", accepted | {"on": "2024-01-15"}).json()
    assert (again["event"], again["version"]) == (
        {"after": "acceptance", "on": "2024-01-15", "document": "验收报告"},
        2,
    )
    approval = f"{contract}/payouts/{again['id']}/approval"
    expect_problem(office.finance.post(approval), 403, "approver-is-drafter")
    office.finance2.post(approval).raise_for_status()
    expect_problem(office.finance.post(f"{contract}/releases", accepted), 409, "release-taken", "/release")
    end = office.finance.post(f"{contract}/payouts/{before['end']['id']}/approval").json()
    assert (end["amount"], end["event"]["on"]) == ("6666.66", "2023-12-31")
    held = {"year": 2023, "held_on": "2024-02-20", "score": {"exact": "91.00"}}
    office.supervisor.post(f"{contract}/annual-assessments", held).raise_for_status()
    year = office.supervisor.post(f"{contract}/releases", {"release": "year"}).json()
    assert (year["amount"], year["event"]["on"]) == ("10000.00", "2024-02-20")
    office.finance.post(f"{contract}/payouts/{year['id']}/approval").raise_for_status()
    assert balances(office, contract) == {"accrued": 3333333, "payable": 3333333}


def test_a_release_of_more_than_is_held_is_refused(office: Office) -> None:
    """A payout has taken most of the holdback, so that not all of it can be returned."""
    everything = HOLDBACK | {"releases": [{"code": "all", "share": "1", "after": "acceptance"}]}
    contract = haikou(office, holdback=everything)
    open_books(office, contract, on="2024-01-05")
    address = f"{contract}/payouts/{payout(office, contract)['id']}"
    office.finance.post(f"{address}/reading", CHOICE | {"december": "held"}).raise_for_status()
    office.finance2.post(f"{address}/approval").raise_for_status()
    body = {"release": "all", "on": "2024-03-01", "document": "验收报告"}
    refused = office.finance.post(f"{contract}/releases", body)
    problem = expect_problem(refused, 409, "release-exceeds-held", "/release")
    assert "469380.86 out of the holdback, which holds 93876.17" in problem["detail"]
    found = office.auditor.get(f"{contract}/holdbacks").json()
    (month,) = found["funds"][0].pop("months")
    assert found["held"] == month["held"] == "93876.17"
    assert (month["period"], month["since"]) == (None, "2024-01-05")
    assert month["age_days"] == (date.fromisoformat(found["as_of"]) - date(2024, 1, 5)).days
    assert found["funds"] == [
        {"fund": "holdback", "kept_back": "469380.86", "held": "93876.17"},
        {"fund": "pool", "kept_back": "0.00", "held": "0.00", "months": []},
    ]


# ---------------------------------------------------------------- the night


def test_the_night_drafts_each_closed_year_once(database: Database, office: Office) -> None:
    """A second night writes nothing; a draft that nobody has touched follows the record, a person's does not."""
    one, two = haikou(office, "HK-1"), scored(office, "SC-1", AWARD, {"exact": "85.00"})
    assert _night(database, "2023-12-31")[:2] == (0, 0)
    read, written, sent = _night(database, "2024-01-01")
    assert (read, written) == (2, 2)
    assert _night(database, "2024-01-02")[:2] == (2, 0)
    drafts = payout(office, one), payout(office, two, "2023/score_award")
    assert [(p["status"], p["amount"], p["drafted_by"], p["version"]) for p in drafts] == [
        ("ambiguous", None, "nightly", 1),
        ("incomplete", None, "nightly", 1),
    ]
    open_books(office, two, 10_000, "2023-10", "2023-11", "2023-12")
    office.finance.post(f"{one}/payouts/{drafts[0]['id']}/reading", CHOICE).raise_for_status()
    open_books(office, one)
    assert _night(database, "2024-01-03")[:2] == (2, 1)
    score = payout(office, two, "2023/score_award")
    assert (score["amount"], score["forfeited"], score["version"]) == ("85.00", "15.00", 2)
    office.finance.post(f"{two}/payouts/{score['id']}/approval").raise_for_status()
    assert payout(office, one)["drafted_by"] == "finance-XA"
    for number in range(3, 6):
        haikou(office, f"HK-{number}", assessed=0)
    assert _night(database, "2024-01-04") == (5, 3, sent)
    with database.read() as session:
        assert verify_database(session, {}).bad == []


def test_broken_terms_stop_nobody_else(database: Database, office: Office) -> None:
    """The contract is named, and the others' payouts are drafted."""
    broken, whole = haikou(office, "HK-1", assessed=0), haikou(office, "HK-2", assessed=0)
    id_ = UUID(broken.rsplit("/", 1)[1])
    with database.write() as session:
        damaged = 'UPDATE terms_versions SET document = \'{"money": "prorated_payout"}\' WHERE contract_id = :id'
        session.execute(text(damaged), {"id": id_.hex if database.dialect == "sqlite" else id_})
        tally = draft_payouts(session, Actor("clock"), date(2024, 1, 1))
    assert ([b.contract_id for b in tally.broken], tally.written) == ([id_], 1)
    assert payout(office, whole)["version"] == 1


def _night(database: Database, as_of: str) -> tuple[int, int, int]:
    """Draft payouts for a night: what was read and written, and how many statements were sent."""
    with database.write() as session:
        before = statements(session)
        tally = draft_payouts(session, Actor("clock"), date.fromisoformat(as_of))
        return tally.read, tally.written, statements(session) - before

"""A wrong request gets a problem document that says what, where and what to do, and not a row of any table moves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine

from app.database import Database
from app.features.contracts import queries
from app.features.parties import service as parties
from tests.api.asking import JSON, expect_problem, filled, last_part
from tests.client import Client
from tests.nights import every_row, run_nights
from tests.office import TERMS, Office, without

TODAY, TOMORROW = "2024-01-20", "2024-01-21"

RUBRIC = {
    "full_mark": "100.00",
    "criteria": [
        {"code": "service", "name": "服务", "weight": "40.00"},
        {"code": "discipline", "name": "纪律", "weight": "60.00"},
    ],
}

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Bad:
    """A request that is wrong, and the problem that it must get; `$contract` and the like stand for ids."""

    method: str
    path: str
    said: Any
    status: int
    code: str
    pointer: str
    fault: str | None = None
    """The code of the first error, where it is another than the problem's."""


@dataclass(frozen=True)
class World:
    """A center with months of every stage, a neighbour, and the names by which requests call them."""

    office: Office
    database: Database
    places: dict[str, str]

    def send(self, case: Bad) -> Any:  # noqa: ANN401 the client's own response
        """Send a bad request as the supervisor."""
        body = {} if case.said is None else {"json": filled(case.said, self.places)}
        return self.office.supervisor.call(case.method, filled(case.path, self.places), **body)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Hold the clock at noon of a day after the service year."""
    with time_machine.travel(f"{TODAY}T04:00:00Z", tick=False):
        yield


@pytest.fixture(scope="module")
def world(shared_database: Database, shared_client: Client) -> Iterator[World]:
    """Give a contract with a notified, a final, a drafted and an expected month, a closed one, one that runs."""
    with time_machine.travel(f"{TODAY}T04:00:00Z", tick=False):
        office, neighbour = Office(shared_database, shared_client), Office(shared_database, shared_client, "XB")
        yield World(office, shared_database, _places(shared_database, office, neighbour))


def _places(database: Database, office: Office, neighbour: Office) -> dict[str, str]:
    contract = office.contract("XA-2023", recorded_from="2023-02")
    finding, withdrawn = (office.finding(contract, day) for day in ("2023-02-10", "2023-02-11"))
    office.supervisor.post(f"{withdrawn}/withdrawal", {"reason": "申诉成立"}).raise_for_status()
    for period, score in (("2023-02", "92.50"), ("2023-03", "93.00"), ("2023-04", "94.00")):
        office.assess(contract, period, score, f"{period}-28")
    for period, day in (("2023-02", "2023-03-05"), ("2023-03", "2023-04-10")):
        office.finalize(contract, period, day)
    office.notify(contract, "2023-02", "2023-03-10")
    closed = office.contract("XA-CLOSED")
    office.supervisor.post(f"{closed}/closing", {"closed_on": "2023-06-30"}).raise_for_status()
    running = office.contract(
        "XA-2024",
        starts_on="2024-01-01",
        ends_on="2024-12-31",
        recorded_from="2024-01",
        terms=TERMS | {"rubric": RUBRIC},
    )
    other = neighbour.contract("XB-2023")
    other_finding = neighbour.finding(other, "2023-02-10")
    with database.write() as session:
        site = parties.create_site(session, office.clerk, office.center, "H1", "大厅")
        parties.create_counter(session, office.clerk, office.center, site, "A-01", "一号窗口")
        other_site = parties.create_site(session, neighbour.clerk, neighbour.center, "H1", "大厅")
    run_nights(database, TODAY)
    taken = office.supervisor.items("/v1/alerts", status="open")[0]["id"]
    office.supervisor.post(f"/v1/alerts/{taken}/taking-up").raise_for_status()
    named = {"contract": contract, "finding": finding, "withdrawn": withdrawn, "closed": closed, "running": running}
    cursors = {
        "cursor": office.supervisor.get("/v1/contracts", limit=1),
        "closed_cursor": office.supervisor.get("/v1/contracts", limit=1, closed="false"),
        "other_cursor": neighbour.supervisor.get("/v1/assessments", limit=1),
    }
    return (
        named
        | {"center": str(office.center), "vendor": str(office.vendor), "site": str(site), "taken": taken}
        | {"other": other, "other_finding_id": last_part(other_finding), "other_site": str(other_site)}
        | {"other_center": str(neighbour.center), "other_vendor": str(neighbour.vendor)}
        | {"contract_id": last_part(contract), "finding_id": last_part(finding), "other_id": last_part(other)}
        | {name: answer.json()["next_cursor"] for name, answer in cursors.items()}
    )


# ---------------------------------------------------------------- the bodies that cases change


def contract(**changes: Any) -> dict[str, Any]:
    """Give the body of a contract that would be taken but for the changes."""
    body: dict[str, Any] = {
        "number": "NEW-1",
        "title": "综合窗口外包服务",
        "service_center_id": "$center",
        "vendor_id": "$vendor",
        "starts_on": "2023-01-01",
        "ends_on": "2023-12-31",
        "recorded_from": "2023-01",
        "terms": TERMS,
    }
    return body | changes


def terms(**clauses: Any) -> dict[str, Any]:
    """Give a contract whose terms have these clauses."""
    return contract(terms=TERMS | clauses)


def amendment(**changes: Any) -> dict[str, Any]:
    """Give the body of an amendment that would be taken but for the changes."""
    body = {"effective_from": "2023-07-01", "reference": {"document": "补充协议"}, "terms": without("reference")}
    return body | changes


def finding(**changes: Any) -> dict[str, Any]:
    """Give the body of a finding that would be taken but for the changes."""
    return {"issue_type": "leaving_post", "occurred_on": "2023-05-10"} | changes


def assessed(**changes: Any) -> dict[str, Any]:
    """Give the body of a month's result that would be taken but for the changes."""
    return {"state": "assessed", "score": {"exact": "92.50"}, "assessed_on": "2023-06-01"} | changes


def grades(*bands: dict[str, str]) -> list[dict[str, str]]:
    """Name bands by their place."""
    return [{"name": f"grade {place}", **band} for place, band in enumerate(bands)]


def score_bands(*bands: dict[str, str]) -> list[dict[str, Any]]:
    """Give one money clause with these bands."""
    return [{"kind": "score_bands", "base": "month_fee", "bands": [{**band, "share": "0.9"} for band in bands]}]


def rubric(*weights: str) -> dict[str, Any]:
    """Give a rubric of a hundred marks with criteria of these weights."""
    criteria = [
        {"code": f"c{place}", "name": f"评分项{place}", "weight": weight} for place, weight in enumerate(weights)
    ]
    return {"full_mark": "100.00", "criteria": criteria}


def nested(depth: int) -> Any:  # noqa: ANN401 JSON is any value
    """Give a list in a list in a list."""
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


NOTICE = TERMS["notice"]
INVALID = "validation-error"
GAP = ({"at_least": "90.00"}, {"below": "89.00"})
OVERLAP = ({"at_least": "90.00"}, {"at_most": "91.00"})

# ---------------------------------------------------------------- parsed, but not valid: 422

OF_CONTRACTS = {
    "a month 13": Bad("POST", "/v1/contracts", contract(recorded_from="2023-13"), 422, INVALID, "/recorded_from"),
    "a month without hyphen": Bad(
        "POST", "/v1/contracts", contract(recorded_from="202301"), 422, INVALID, "/recorded_from"
    ),
    "a month before the service": Bad(
        "POST",
        "/v1/contracts",
        contract(recorded_from="2022-12"),
        422,
        INVALID,
        "/recorded_from",
        "period-outside-service",
    ),
    "a month after the service": Bad(
        "POST",
        "/v1/contracts",
        contract(recorded_from="2024-01"),
        422,
        INVALID,
        "/recorded_from",
        "period-outside-service",
    ),
    "a 30 February": Bad("POST", "/v1/contracts", contract(starts_on="2023-02-30"), 422, INVALID, "/starts_on"),
    "a date of another century": Bad(
        "POST", "/v1/contracts", contract(starts_on="1999-12-31"), 422, INVALID, "/starts_on"
    ),
    "a date as a number": Bad("POST", "/v1/contracts", contract(starts_on=20230101), 422, INVALID, "/starts_on"),
    "a date with a time": Bad(
        "POST", "/v1/contracts", contract(starts_on="2023-01-01T00:00"), 422, INVALID, "/starts_on"
    ),
    "an end before the start": Bad(
        "POST", "/v1/contracts", contract(ends_on="2022-12-31"), 422, INVALID, "/ends_on", "ends-before-it-starts"
    ),
    "a year outside the service": Bad(
        "POST",
        "/v1/contracts",
        contract(years=[{"year": 2023, "amount": "1.00"}, {"year": 2024, "amount": "1.00"}]),
        422,
        INVALID,
        "/years/1/year",
        "year-outside-service",
    ),
    "a year twice": Bad(
        "POST",
        "/v1/contracts",
        contract(years=[{"year": 2023, "amount": "1.00"}] * 2),
        422,
        INVALID,
        "/years/0/year",
        "year-twice",
    ),
    "money as a number": Bad(
        "POST", "/v1/contracts", contract(years=[{"year": 2023, "amount": 938761.72}]), 422, INVALID, "/years/0/amount"
    ),
    "money of three places": Bad(
        "POST", "/v1/contracts", contract(years=[{"year": 2023, "amount": "1.001"}]), 422, INVALID, "/years/0/amount"
    ),
    "money beyond any contract": Bad(
        "POST", "/v1/contracts", contract(years=[{"year": 2023, "amount": "9" * 15}]), 422, INVALID, "/years/0/amount"
    ),
    "a year of 2^63": Bad(
        "POST", "/v1/contracts", contract(years=[{"year": 2**63, "amount": "1.00"}]), 422, INVALID, "/years/0/year"
    ),
    "no title": Bad(
        "POST",
        "/v1/contracts",
        {name: value for name, value in contract().items() if name != "title"},
        422,
        INVALID,
        "/title",
        "missing-member",
    ),
    "an empty title": Bad("POST", "/v1/contracts", contract(title=""), 422, INVALID, "/title"),
    "a title of blanks": Bad("POST", "/v1/contracts", contract(title="   "), 422, INVALID, "/title"),
    "a title without end": Bad("POST", "/v1/contracts", contract(title="长" * 201), 422, INVALID, "/title"),
    "a title with an escape": Bad("POST", "/v1/contracts", contract(title="标题\x1b[2J"), 422, INVALID, "/title"),
    "an unknown member": Bad(
        "POST", "/v1/contracts", contract(colour="red"), 422, INVALID, "/colour", "unknown-member"
    ),
    "an unknown member of a clause": Bad(
        "POST",
        "/v1/contracts",
        terms(notice=NOTICE | {"grace": 3}),
        422,
        INVALID,
        "/terms/notice/grace",
        "unknown-member",
    ),
    "a member with a slash in its name": Bad(
        "POST",
        "/v1/contracts",
        terms(notice=NOTICE | {"a/b~c": 3}),
        422,
        INVALID,
        "/terms/notice/a~1b~0c",
        "unknown-member",
    ),
    "an id that is none": Bad("POST", "/v1/contracts", contract(vendor_id="7"), 422, INVALID, "/vendor_id"),
    "a list for a contract": Bad("POST", "/v1/contracts", [contract()], 422, INVALID, ""),
    "a text for a contract": Bad("POST", "/v1/contracts", "contract", 422, INVALID, ""),
    "no body": Bad("POST", "/v1/contracts", None, 422, INVALID, ""),
}

OF_TERMS = {
    "weights a tenth short": Bad(
        "POST",
        "/v1/contracts",
        terms(rubric=rubric("40.00", "59.90")),
        422,
        INVALID,
        "/terms/rubric/criteria",
        "weights-miss-full-mark",
    ),
    "weights a tenth over": Bad(
        "POST",
        "/v1/contracts",
        terms(rubric=rubric("40.00", "60.10")),
        422,
        INVALID,
        "/terms/rubric/criteria",
        "weights-miss-full-mark",
    ),
    "a criterion twice": Bad(
        "POST",
        "/v1/contracts",
        terms(rubric={"full_mark": "100.00", "criteria": [{"code": "a", "name": "甲", "weight": "50.00"}] * 2}),
        422,
        INVALID,
        "/terms/rubric/criteria/1/code",
        "duplicate-criterion",
    ),
    "grades with a gap": Bad(
        "POST", "/v1/contracts", terms(grades=grades(*GAP)), 422, INVALID, "/terms/grades", "band-gap"
    ),
    "grades that overlap": Bad(
        "POST", "/v1/contracts", terms(grades=grades(*OVERLAP)), 422, INVALID, "/terms/grades", "band-overlap"
    ),
    "a mark that two grades own": Bad(
        "POST",
        "/v1/contracts",
        terms(grades=grades({"at_least": "90.00"}, {"at_most": "90.00"})),
        422,
        INVALID,
        "/terms/grades",
        "band-overlap",
    ),
    "a mark that no grade owns": Bad(
        "POST",
        "/v1/contracts",
        terms(grades=grades({"above": "90.00"}, {"below": "90.00"})),
        422,
        INVALID,
        "/terms/grades",
        "band-gap",
    ),
    "two edges on one side": Bad(
        "POST",
        "/v1/contracts",
        terms(grades=grades({"at_least": "90.00", "above": "89.00"}, {"below": "90.00"})),
        422,
        INVALID,
        "/terms/grades/0",
        "band-edge-twice",
    ),
    "money bands with a gap": Bad(
        "POST", "/v1/contracts", terms(money=score_bands(*GAP)), 422, INVALID, "/terms/money/0/bands", "band-gap"
    ),
    "money bands that overlap": Bad(
        "POST",
        "/v1/contracts",
        terms(money=score_bands(*OVERLAP)),
        422,
        INVALID,
        "/terms/money/0/bands",
        "band-overlap",
    ),
    "two edges on one side of a money band": Bad(
        "POST",
        "/v1/contracts",
        terms(money=score_bands({"at_least": "90.00"}, {"below": "90.00", "at_most": "90.00"})),
        422,
        INVALID,
        "/terms/money/0/bands/1",
        "band-edge-twice",
    ),
    "a share above the whole": Bad(
        "POST",
        "/v1/contracts",
        terms(money=[{"kind": "holdback", "base": "month_fee", "share": "1.01"}]),
        422,
        INVALID,
        "/terms/money/0/share",
    ),
    "a money clause of no kind": Bad(
        "POST", "/v1/contracts", terms(money=[{"kind": "lottery", "base": "month_fee"}]), 422, INVALID, "/terms/money/0"
    ),
    "a pass mark off the scale": Bad(
        "POST",
        "/v1/contracts",
        contract(terms=TERMS | {"pass_mark": "100.01"}),
        422,
        INVALID,
        "/terms/pass_mark",
        "mark-outside-scale",
    ),
    "a due date of 40 in a month": Bad(
        "POST",
        "/v1/contracts",
        terms(notice=NOTICE | {"unit": "day_of_next_month", "length": 40}),
        422,
        INVALID,
        "/terms/notice/length",
        "length-out-of-range",
    ),
    "a due date of a thousand months": Bad(
        "POST",
        "/v1/contracts",
        terms(notice=NOTICE | {"unit": "months", "length": 1000}),
        422,
        INVALID,
        "/terms/notice/length",
        "length-out-of-range",
    ),
    "a due date of 2^63 days": Bad(
        "POST", "/v1/contracts", terms(notice=NOTICE | {"length": 2**63}), 422, INVALID, "/terms/notice/length"
    ),
    "a due date of half a day": Bad(
        "POST", "/v1/contracts", terms(notice=NOTICE | {"length": 0.5}), 422, INVALID, "/terms/notice/length"
    ),
    "a due date of true days": Bad(
        "POST", "/v1/contracts", terms(notice=NOTICE | {"length": True}), 422, INVALID, "/terms/notice/length"
    ),
    "a due date in a text": Bad(
        "POST", "/v1/contracts", terms(notice=NOTICE | {"length": "15"}), 422, INVALID, "/terms/notice/length"
    ),
    "fails in a row within too few": Bad(
        "POST",
        "/v1/contracts",
        terms(consecutive=[{"below": "80.00", "periods": 3, "within": 2, "consequence": "end"}]),
        422,
        INVALID,
        "/terms/consecutive/0/within",
        "within-too-short",
    ),
    "an amendment with a gap": Bad(
        "POST",
        "$contract/amendments",
        amendment(terms={"grades": grades(*GAP)}),
        422,
        INVALID,
        "/terms/grades",
        "band-gap",
    ),
    "an amendment before the service": Bad(
        "POST",
        "$contract/amendments",
        amendment(effective_from="2022-12-31"),
        422,
        INVALID,
        "/effective_from",
        "date-outside-service",
    ),
    "an amendment after the service": Bad(
        "POST",
        "$contract/amendments",
        amendment(effective_from="2024-01-01"),
        422,
        INVALID,
        "/effective_from",
        "date-outside-service",
    ),
    "an amendment that is not agreed yet": Bad(
        "POST", "$contract/amendments", amendment(agreed_on=TOMORROW), 422, INVALID, "/agreed_on", "date-in-future"
    ),
    "a closing after the service": Bad(
        "POST", "$contract/closing", {"closed_on": "2024-01-01"}, 422, INVALID, "/closed_on", "date-outside-service"
    ),
    "a closing before the records": Bad(
        "POST", "$contract/closing", {"closed_on": "2023-01-31"}, 422, INVALID, "/closed_on", "period-outside-service"
    ),
    "a closing to come": Bad(
        "POST", "$running/closing", {"closed_on": TOMORROW}, 422, INVALID, "/closed_on", "date-in-future"
    ),
}

OF_FINDINGS = {
    "before the records": Bad(
        "POST",
        "$contract/findings",
        finding(occurred_on="2023-01-31"),
        422,
        INVALID,
        "/occurred_on",
        "date-outside-service",
    ),
    "before the service": Bad(
        "POST",
        "$contract/findings",
        finding(occurred_on="2022-12-31"),
        422,
        INVALID,
        "/occurred_on",
        "date-outside-service",
    ),
    "after the service": Bad(
        "POST",
        "$contract/findings",
        finding(occurred_on="2024-01-01"),
        422,
        INVALID,
        "/occurred_on",
        "date-outside-service",
    ),
    "after the closing": Bad(
        "POST",
        "$closed/findings",
        finding(occurred_on="2023-07-01"),
        422,
        INVALID,
        "/occurred_on",
        "date-outside-service",
    ),
    "tomorrow": Bad(
        "POST", "$running/findings", finding(occurred_on=TOMORROW), 422, INVALID, "/occurred_on", "date-in-future"
    ),
    "of no known issue type": Bad(
        "POST", "$contract/findings", finding(issue_type="singing"), 422, INVALID, "/issue_type", "unknown-issue-type"
    ),
    "at no registered counter": Bad(
        "POST", "$contract/findings", finding(counter="A-99"), 422, INVALID, "/counter", "unknown-counter"
    ),
    "with less than nothing taken off": Bad(
        "POST", "$contract/findings", finding(deduction_points="-1.00"), 422, INVALID, "/deduction_points"
    ),
    "with thousandths taken off": Bad(
        "POST", "$contract/findings", finding(deduction_points="0.001"), 422, INVALID, "/deduction_points"
    ),
    "with more taken off than a database holds": Bad(
        "POST", "$contract/findings", finding(deduction_points="9" * 15), 422, INVALID, "/deduction_points"
    ),
    "withdrawn before it was seen": Bad(
        "POST",
        "$finding/withdrawal",
        {"withdrawn_on": "2023-02-09", "reason": "误记"},
        422,
        INVALID,
        "/withdrawn_on",
        "date-out-of-order",
    ),
    "withdrawn tomorrow": Bad(
        "POST",
        "$finding/withdrawal",
        {"withdrawn_on": TOMORROW, "reason": "误记"},
        422,
        INVALID,
        "/withdrawn_on",
        "date-out-of-order",
    ),
    "withdrawn without a reason": Bad("POST", "$finding/withdrawal", {}, 422, INVALID, "/reason", "missing-member"),
}

MAY = "$contract/assessments/2023-05"

OF_MONTHS = {
    "month 13": Bad("PUT", "$contract/assessments/2023-13", assessed(), 422, INVALID, "/path/period", "wrong-period"),
    "a month without hyphen": Bad(
        "PUT", "$contract/assessments/202301", assessed(), 422, INVALID, "/path/period", "wrong-period"
    ),
    "a month in other figures": Bad(
        "PUT", "$contract/assessments/２０２３-05", assessed(), 422, INVALID, "/path/period", "wrong-period"
    ),
    "a month before the records": Bad(
        "PUT",
        "$contract/assessments/2023-01",
        assessed(),
        422,
        "period-outside-service",
        "/path/period",
    ),
    "a month after the service": Bad(
        "PUT", "$contract/assessments/2024-01", assessed(), 422, "period-outside-service", "/path/period"
    ),
    "a month after the closing": Bad(
        "PUT", "$closed/assessments/2023-07", assessed(), 422, "period-outside-service", "/path/period"
    ),
    "a score above the full mark": Bad(
        "PUT", MAY, assessed(score={"exact": "100.01"}), 422, INVALID, "/score/exact", "above-full-mark"
    ),
    "a bound above the full mark": Bad(
        "PUT", MAY, assessed(score={"at_least": "100.01"}), 422, INVALID, "/score/at_least", "above-full-mark"
    ),
    "a score of three places": Bad("PUT", MAY, assessed(score={"exact": "92.555"}), 422, INVALID, "/score/exact"),
    "a score as a number": Bad("PUT", MAY, assessed(score={"exact": 92.5}), 422, INVALID, "/score/exact"),
    "a score in full-width figures": Bad("PUT", MAY, assessed(score={"exact": "９２"}), 422, INVALID, "/score/exact"),
    "a score that is no number": Bad("PUT", MAY, assessed(score={"exact": "NaN"}), 422, INVALID, "/score/exact"),
    "a score below nothing": Bad("PUT", MAY, assessed(score={"exact": "-0.01"}), 422, INVALID, "/score/exact"),
    "an excuse without a reason": Bad("PUT", MAY, {"state": "excused"}, 422, INVALID, ""),
    "a state that there is not": Bad("PUT", MAY, {"state": "lost", "reason": "丢失"}, 422, INVALID, "/state"),
    "assessed tomorrow": Bad(
        "PUT", MAY, assessed(assessed_on=TOMORROW), 422, INVALID, "/assessed_on", "date-in-future"
    ),
    "assessed before the month": Bad(
        "PUT", MAY, assessed(assessed_on="2023-04-30"), 422, INVALID, "/assessed_on", "before-the-month"
    ),
    "criteria without a rubric": Bad(
        "PUT",
        MAY,
        {"state": "assessed", "criteria": [{"criterion": "service", "points": "1.00"}]},
        422,
        INVALID,
        "/criteria",
        "no-rubric",
    ),
    "points above the weight": Bad(
        "PUT",
        "$running/assessments/2024-01",
        {
            "state": "assessed",
            "criteria": [{"criterion": "discipline", "points": "60.00"}, {"criterion": "service", "points": "40.01"}],
        },
        422,
        INVALID,
        "/criteria/1/points",
        "above-full-mark",
    ),
    "a criterion left out": Bad(
        "PUT",
        "$running/assessments/2024-01",
        {"state": "assessed", "criteria": [{"criterion": "service", "points": "40.00"}]},
        422,
        INVALID,
        "/criteria",
        "missing-criterion",
    ),
    "final before the month ended": Bad(
        "POST",
        "$contract/assessments/2023-04/finalization",
        {"final_on": "2023-04-30"},
        422,
        INVALID,
        "/final_on",
        "before-the-month-ended",
    ),
    "final tomorrow": Bad(
        "POST",
        "$contract/assessments/2023-04/finalization",
        {"final_on": TOMORROW},
        422,
        INVALID,
        "/final_on",
        "date-in-future",
    ),
    "notified before the month ended": Bad(
        "POST",
        "$contract/assessments/2023-03/notice",
        {"notified_on": "2023-03-31"},
        422,
        INVALID,
        "/notified_on",
        "before-the-month-ended",
    ),
    "notified before it was final": Bad(
        "POST",
        "$contract/assessments/2023-03/notice",
        {"notified_on": "2023-04-09"},
        422,
        INVALID,
        "/notified_on",
        "before-it-was-final",
    ),
    "notified tomorrow": Bad(
        "POST",
        "$contract/assessments/2023-03/notice",
        {"notified_on": TOMORROW},
        422,
        INVALID,
        "/notified_on",
        "date-in-future",
    ),
    "notified without a day": Bad(
        "POST", "$contract/assessments/2023-03/notice", {}, 422, INVALID, "/notified_on", "missing-member"
    ),
}

OF_OTHERS = {
    "a job tomorrow": Bad(
        "POST", "/v1/job-runs", {"job": "all", "as_of": TOMORROW}, 422, INVALID, "/as_of", "date-in-future"
    ),
    "a dry run that is not yes or no": Bad(
        "POST", "/v1/job-runs", {"job": "all", "dry_run": "yes"}, 422, INVALID, "/dry_run"
    ),
    "a code with a blank": Bad(
        "POST",
        "/v1/issue-types",
        {"service_center_id": "$center", "code": "a b", "name_zh": "甲"},
        422,
        INVALID,
        "/code",
    ),
    "a credit code of four figures": Bad(
        "POST",
        "/v1/vendors",
        {"service_center_id": "$center", "name": "甲", "credit_code": "1234"},
        422,
        INVALID,
        "/credit_code",
    ),
}

# ---------------------------------------------------------------- valid, but the state forbids it: 409

OF_STATE = {
    "a number twice": Bad("POST", "/v1/contracts", contract(number="XA-2023"), 409, "contract-number-taken", "/number"),
    "a vendor twice": Bad(
        "POST", "/v1/vendors", {"service_center_id": "$center", "name": "XA人力服务公司"}, 409, "code-taken", "/name"
    ),
    "an issue type twice": Bad(
        "POST",
        "/v1/issue-types",
        {"service_center_id": "$center", "code": "leaving_post", "name_zh": "离岗"},
        409,
        "code-taken",
        "/code",
    ),
    "an amendment of a closed contract": Bad(
        "POST", "$closed/amendments", amendment(effective_from="2023-03-01"), 409, "contract-closed", ""
    ),
    "a second closing": Bad("POST", "$closed/closing", {"closed_on": "2023-06-30"}, 409, "contract-closed", ""),
    "a closing before what is recorded": Bad(
        "POST", "$contract/closing", {"closed_on": "2023-03-15"}, 409, "facts-after-closing", "/closed_on"
    ),
    "a final month filled in anew": Bad("PUT", "$contract/assessments/2023-03", assessed(), 409, "month-is-final", ""),
    "a notified month filled in anew": Bad(
        "PUT", "$contract/assessments/2023-02", assessed(), 409, "month-is-final", ""
    ),
    "a finding in a final month": Bad(
        "POST", "$contract/findings", finding(occurred_on="2023-03-10"), 409, "month-is-final", "/occurred_on"
    ),
    "a month that nobody assessed made final": Bad(
        "POST", f"{MAY}/finalization", {"final_on": "2023-06-02"}, 409, "nothing-to-finalize", ""
    ),
    "a month made final twice": Bad(
        "POST", "$contract/assessments/2023-03/finalization", {"final_on": "2023-04-10"}, 409, "already-final", ""
    ),
    "a notice before the month is final": Bad(
        "POST", "$contract/assessments/2023-04/notice", {"notified_on": "2023-05-10"}, 409, "not-final", ""
    ),
    "a second notice": Bad(
        "POST", "$contract/assessments/2023-02/notice", {"notified_on": "2023-03-10"}, 409, "already-notified", ""
    ),
    "a finding withdrawn twice": Bad("POST", "$withdrawn/withdrawal", {"reason": "误记"}, 409, "already-withdrawn", ""),
    "an alert taken up twice": Bad(
        "POST", "/v1/alerts/$taken/taking-up", None, 409, "alert-not-open", "/path/alert_id"
    ),
}

INVALID_BEFORE_STATE = {
    "a second notice, tomorrow": Bad(
        "POST", "$contract/assessments/2023-02/notice", {"notified_on": TOMORROW}, 422, INVALID, "/notified_on"
    ),
    "a notice of a draft before the month ended": Bad(
        "POST", "$contract/assessments/2023-04/notice", {"notified_on": "2023-04-30"}, 422, INVALID, "/notified_on"
    ),
    "final twice, tomorrow": Bad(
        "POST", "$contract/assessments/2023-03/finalization", {"final_on": TOMORROW}, 422, INVALID, "/final_on"
    ),
    "final unassessed, before the month ended": Bad(
        "POST", f"{MAY}/finalization", {"final_on": "2023-05-31"}, 422, INVALID, "/final_on"
    ),
    "a closed contract amended with a gap": Bad(
        "POST", "$closed/amendments", amendment(terms={"grades": grades(*GAP)}), 422, INVALID, "/terms/grades"
    ),
    "a second closing, outside the service": Bad(
        "POST", "$closed/closing", {"closed_on": "2024-01-01"}, 422, INVALID, "/closed_on"
    ),
    "a final month with a score above the full mark": Bad(
        "PUT", "$contract/assessments/2023-03", assessed(score={"exact": "101.00"}), 422, INVALID, "/score/exact"
    ),
    "a number twice, with a gap": Bad(
        "POST",
        "/v1/contracts",
        contract(number="XA-2023", terms=TERMS | {"grades": grades(*GAP)}),
        422,
        INVALID,
        "/terms/grades",
    ),
    "a finding of no known type in a final month": Bad(
        "POST",
        "$contract/findings",
        finding(occurred_on="2023-03-10", issue_type="singing"),
        422,
        INVALID,
        "/issue_type",
    ),
}
"""Both wrong: what is said comes before the state, in the order that the conventions promise."""

# ---------------------------------------------------------------- not there, or not yours: 404; no such method: 405

NOTHING = "00000000-0000-0000-0000-000000000007"

NOT_THERE = {
    "an unknown path": Bad("GET", "/v1/nothing", None, 404, "not-found", "/path"),
    "an unknown path outside": Bad("GET", "/wp-admin.php", None, 404, "not-found", "/path"),
    "a trailing slash": Bad("GET", "/v1/contracts/", None, 404, "not-found", "/path"),
    "a trailing slash to post to": Bad("POST", "/v1/contracts/", contract(), 404, "not-found", "/path"),
    "an id that is none": Bad("GET", "/v1/contracts/not-an-id", None, 404, "not-found", "/path/contract_id"),
    "an id with a NUL": Bad("GET", "/v1/contracts/%00", None, 404, "not-found", "/path/contract_id"),
    "an id that is none to write to": Bad(
        "POST", "/v1/contracts/7/closing", {"closed_on": "2023-12-31"}, 404, "not-found", "/path/contract_id"
    ),
    "an id that nothing has": Bad("GET", f"/v1/contracts/{NOTHING}", None, 404, "not-found", "/path/contract_id"),
    "a finding's id that is none": Bad("GET", "$contract/findings/7", None, 404, "not-found", "/path/finding_id"),
    "a finding that is not there": Bad(
        "GET", f"$contract/findings/{NOTHING}", None, 404, "not-found", "/path/finding_id"
    ),
    "an own finding of another contract": Bad(
        "GET", "$closed/findings/$finding_id", None, 404, "not-found", "/path/finding_id"
    ),
    "an own finding withdrawn by another contract": Bad(
        "POST", "$closed/findings/$finding_id/withdrawal", {"reason": "误记"}, 404, "not-found", "/path/finding_id"
    ),
    "an alert that is not there": Bad("GET", f"/v1/alerts/{NOTHING}", None, 404, "not-found", "/path/alert_id"),
    "a month that is not recorded": Bad("GET", "$contract/assessments/2023-01", None, 404, "not-found", "/path/period"),
    "another center's contract": Bad("GET", "$other", None, 404, "not-found", "/path/contract_id"),
    "another center's contract to close": Bad(
        "POST", "$other/closing", {"closed_on": "2023-12-31"}, 404, "not-found", "/path/contract_id"
    ),
    "another center's finding in an own contract": Bad(
        "GET", "$contract/findings/$other_finding_id", None, 404, "not-found", "/path/finding_id"
    ),
    "another center's sites": Bad(
        "GET", "/v1/service-centers/$other_center/sites", None, 404, "not-found", "/path/service_center_id"
    ),
    "another center in a contract": Bad(
        "POST", "/v1/contracts", contract(service_center_id="$other_center"), 404, "not-found", "/service_center_id"
    ),
    "another center's vendor in a contract": Bad(
        "POST", "/v1/contracts", contract(vendor_id="$other_vendor"), 404, "not-found", "/vendor_id"
    ),
    "another center in a vendor": Bad(
        "POST",
        "/v1/vendors",
        {"service_center_id": "$other_center", "name": "甲"},
        404,
        "not-found",
        "/service_center_id",
    ),
    "another center in an issue type": Bad(
        "POST",
        "/v1/issue-types",
        {"service_center_id": "$other_center", "code": "a", "name_zh": "甲"},
        404,
        "not-found",
        "/service_center_id",
    ),
    "another center's site in a counter": Bad(
        "POST",
        "/v1/service-centers/$center/counters",
        {"site_id": "$other_site", "code": "A-02", "name": "二号窗口"},
        404,
        "not-found",
        "/site_id",
    ),
    "a job that there is not": Bad("POST", "/v1/job-runs", {"job": "sweep"}, 404, "not-found", "/job"),
    "deleting": Bad("DELETE", "$contract", None, 405, "method-not-allowed", "/path"),
    "patching": Bad("PATCH", "/v1/contracts", contract(), 405, "method-not-allowed", "/path"),
    "posting a month": Bad("POST", MAY, assessed(), 405, "method-not-allowed", "/path"),
    "posting to the health": Bad("POST", "/livez", None, 405, "method-not-allowed", "/path"),
}

# ---------------------------------------------------------------- a query that cannot be read: 400


def _query(path: str, pointer: str, fault: str | None = None) -> Bad:
    return Bad("GET", path, None, 400, "bad-request", f"/query/{pointer}", fault)


SINCE = "/v1/contracts?updated_since="

QUERIES = {
    "an unknown parameter": _query("/v1/contracts?colour=red", "colour", "unknown-query-parameter"),
    "an unknown parameter of one thing": _query("$contract?colour=red", "colour", "unknown-query-parameter"),
    "a parameter twice": _query("/v1/contracts?number=a&number=b", "number", "repeated-query-parameter"),
    "a limit twice": _query("/v1/contracts?limit=1&limit=1", "limit", "repeated-query-parameter"),
    "a limit of 0": _query("/v1/contracts?limit=0", "limit"),
    "a limit of -1": _query("/v1/contracts?limit=-1", "limit"),
    "a limit of 201": _query("/v1/contracts?limit=201", "limit"),
    "a limit of 100000": _query("/v1/contracts?limit=100000", "limit"),
    "a limit of 2^63": _query(f"/v1/contracts?limit={2**63}", "limit"),
    "a limit of a word": _query("/v1/contracts?limit=abc", "limit"),
    "a limit of half": _query("/v1/contracts?limit=1.5", "limit"),
    "no limit": _query("/v1/contracts?limit=", "limit"),
    "a forged cursor": _query("/v1/contracts?cursor=Zm9yZ2Vk", "cursor", "bad-cursor"),
    "a cursor with another seal": _query("/v1/contracts?cursor=MDAwLjAwMA", "cursor", "bad-cursor"),
    "a cursor cut short": _query("/v1/contracts?cursor=MDAwL", "cursor", "bad-cursor"),
    "a cursor in Chinese": _query("/v1/contracts?cursor=考核", "cursor", "bad-cursor"),
    "an empty cursor": _query("/v1/contracts?cursor=", "cursor", "bad-cursor"),
    "a cursor of another list": _query("/v1/assessments?cursor=$cursor", "cursor", "bad-cursor"),
    "a cursor of another filter": _query("/v1/contracts?cursor=$closed_cursor", "cursor", "bad-cursor"),
    "a cursor of a list with a filter": _query(
        "/v1/contracts?closed=true&cursor=$closed_cursor", "cursor", "bad-cursor"
    ),
    "a cursor of another center": _query("/v1/assessments?cursor=$other_cursor", "cursor", "bad-cursor"),
    "an instant without an offset": _query(f"{SINCE}2023-01-01T00:00:00", "updated_since"),
    "an instant that is a day": _query(f"{SINCE}2023-01-01", "updated_since"),
    "an instant in seconds": _query(f"{SINCE}1672531200", "updated_since"),
    "an instant in milliseconds": _query(f"{SINCE}1672531200000", "updated_since"),
    "an instant before all time": _query(f"{SINCE}0001-01-01T00:00:00%2B08:00", "updated_since"),
    "an instant after all time": _query(f"{SINCE}9999-12-31T23:59:59-08:00", "updated_since"),
    "a month 13": _query("/v1/assessments?period=2023-13", "period"),
    "a month without hyphen": _query("/v1/findings?period=202301", "period"),
    "a month with a line end": _query("/v1/assessments?period=2023-01%0A", "period"),
    "terms of month 13": _query("$contract/terms?period=2023-13", "period"),
    "terms of no month": _query("$contract/terms?period=", "period"),
    "a year of five figures": _query("/v1/assessments?year=20230", "year"),
    "a year of 2^63": _query(f"/v1/assessments?year={2**63}", "year"),
    "a state that there is not": _query("/v1/assessments?state=lost", "state"),
    "a day that there is not": _query("/v1/due-dates?as_of=2023-02-30", "as_of"),
    "alerts as of tomorrow": _query(f"/v1/alerts?as_of={TOMORROW}", "as_of"),
    "repeat offences as of tomorrow": _query(f"$contract/repeat-offences?as_of={TOMORROW}", "as_of"),
    "a vendor's id that is none": _query("/v1/contracts?vendor_id=7", "vendor_id"),
    "a NUL": _query("/v1/contracts?number=%00", "number", "nul-character"),
    "a NUL in a name": _query("/v1/vendors?name=a%00b", "name", "nul-character"),
    "a text without end": _query("/v1/contracts?number=" + "9" * 65, "number"),
    "a parameter to write with": Bad(
        "POST", "/v1/contracts?dry=1", contract(), 400, "bad-request", "/query/dry", "unknown-query-parameter"
    ),
}

TABLE = {
    f"{group}: {name}": case
    for group, cases in {
        "contracts": OF_CONTRACTS,
        "terms": OF_TERMS,
        "findings": OF_FINDINGS,
        "months": OF_MONTHS,
        "others": OF_OTHERS,
        "state": OF_STATE,
        "invalid before state": INVALID_BEFORE_STATE,
        "not there": NOT_THERE,
        "queries": QUERIES,
    }.items()
    for name, case in cases.items()
}


ON_SQLITE = pytest.mark.parametrize("shared_database", ["sqlite"], indirect=True)
"""For what the document's own schemas refuse, or the reading of a body: no database is asked, so one is enough."""

PAST_SCHEMA = {name: case for name, case in TABLE.items() if case.code not in {INVALID, "bad-request"}}
"""What is refused for what the database says."""


@ON_SQLITE
@pytest.mark.parametrize("case", TABLE.values(), ids=TABLE.keys())
def test_a_wrong_request_is_told_what_and_where_and_changes_nothing(world: World, case: Bad) -> None:
    """Status, code, pointer and remedy are those of the table, and every row of every table stays as it was."""
    _is_told_and_changes_nothing(world, case)


@pytest.mark.parametrize("shared_database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("case", PAST_SCHEMA.values(), ids=PAST_SCHEMA.keys())
def test_what_the_document_lets_pass_is_told_on_the_other_database_too(world: World, case: Bad) -> None:
    """The cases of the table that a database has a say in."""
    _is_told_and_changes_nothing(world, case)


def _is_told_and_changes_nothing(world: World, case: Bad) -> None:
    before = every_row(world.database)
    answer = world.send(case)
    problem = expect_problem(answer, case.status, case.code, case.pointer, case.fault or _own_code(case))
    assert world.office.client.get(problem["type"]).status_code == 200
    assert every_row(world.database) == before


def _own_code(case: Bad) -> str | None:
    """Where a problem has a code of its own, its one error has the same."""
    return None if case.code in {INVALID, "bad-request"} else case.code


def test_the_bodies_that_the_table_changes_are_good(office: Office, database: Database) -> None:
    """Without its change every body is taken, so that a case is refused for what it changes and nothing else."""
    with database.write() as session:
        site = parties.create_site(session, office.clerk, office.center, "H1", "大厅")
        parties.create_counter(session, office.clerk, office.center, site, "A-01", "一号窗口")
    places = {"center": str(office.center), "vendor": str(office.vendor)}
    complete = TERMS | {
        "rubric": RUBRIC,
        "grades": grades({"at_least": "90.00"}, {"below": "90.00"}),
        "money": score_bands({"above": "90.00"}, {"at_most": "90.00"}),
    }
    made = office.supervisor.post("/v1/contracts", filled(contract(terms=complete), places))
    assert made.status_code == 201, made.text
    path = made.headers["location"]
    for method, address, body, status in (
        ("POST", f"{path}/amendments", amendment(), 201),
        ("POST", f"{path}/findings", finding(counter="A-01"), 201),
        ("PUT", f"{path}/assessments/2023-05", assessed(), 200),
        ("POST", f"{path}/assessments/2023-05/finalization", {"final_on": "2023-06-02"}, 200),
        ("POST", f"{path}/assessments/2023-05/notice", {"notified_on": "2023-06-03"}, 200),
        ("POST", f"{path}/closing", {"closed_on": "2023-12-31"}, 200),
    ):
        answer = office.supervisor.call(method, address, json=body)
        assert answer.status_code == status, answer.text


# ---------------------------------------------------------------- bytes that are not one JSON document

FINDING = b'{"issue_type": "leaving_post", "occurred_on": "2023-05-10", "note": %s}'

BYTES: dict[str, tuple[bytes, int, str, str, str]] = {
    "cut off": (b'{"issue_type": "leaving', 400, "bad-request", "", "invalid-json"),
    "nothing but a blank": (b" ", 400, "bad-request", "", "invalid-json"),
    "two documents": (b"{}{}", 400, "bad-request", "", "invalid-json"),
    "NaN": (FINDING % b"NaN", 400, "bad-request", "", "invalid-json"),
    "Infinity": (FINDING % b"Infinity", 400, "bad-request", "", "invalid-json"),
    "-Infinity": (FINDING % b"-Infinity", 400, "bad-request", "", "invalid-json"),
    "more than any float": (FINDING % b"1e999", 422, INVALID, "/note", "string-type"),
    "a member twice": (b'{"issue_type": "a", "issue_type": "b"}', 400, "bad-request", "", "invalid-json"),
    "an inner member twice": (FINDING % b'{"a": 1, "a": 1}', 400, "bad-request", "", "invalid-json"),
    "another encoding": (FINDING.decode().encode("utf-16"), 400, "bad-request", "", "invalid-json"),
    "GBK": (FINDING % '"考核"'.encode("gbk"), 400, "bad-request", "", "invalid-json"),
    "a byte-order mark": (b"\xef\xbb\xbf" + FINDING % b"null", 400, "bad-request", "", "invalid-json"),
    "five thousand figures": (FINDING % (b"9" * 5000), 400, "bad-request", "", "invalid-json"),
    "a hundred thousand brackets": (b"[" * 100_000, 400, "bad-request", "", "invalid-json"),
    "65 levels": (
        FINDING % (b"[" * 65 + b"]" * 65),
        400,
        "bad-request",
        "/note" + "/0" * 64,
        "nested-too-deeply",
    ),
    "a NUL": (FINDING % b'"a\\u0000b"', 400, "bad-request", "/note", "nul-character"),
    "a NUL in a name": (b'{"a\\u0000b": 1}', 400, "bad-request", "", "nul-character"),
    "a NUL under a name with a slash": (b'{"a/b~c": "\\u0000"}', 400, "bad-request", "/a~1b~0c", "nul-character"),
    "a lone surrogate": (FINDING % b'"\\ud800"', 400, "bad-request", "/note", "lone-surrogate"),
    "a lone second surrogate": (FINDING % b'"\\udc00"', 400, "bad-request", "/note", "lone-surrogate"),
    "a lone surrogate in a name": (b'{"\\ud800": 1}', 400, "bad-request", "", "lone-surrogate"),
    "a raw line end in a text": (FINDING % b'"a\nb"', 400, "bad-request", "", "invalid-json"),
    "2^63": (FINDING % str(2**63).encode(), 422, INVALID, "/note", "string-type"),
    "a huge number": (FINDING % (b"9" * 4000), 422, INVALID, "/note", "string-type"),
    "null": (b"null", 422, INVALID, "", "model-attributes-type"),
    "two mebibytes": (FINDING % (b'"' + b"a" * 2 * MEBIBYTE + b'"'), 413, "body-too-large", "", "body-too-large"),
}


@ON_SQLITE
@pytest.mark.parametrize(("sent", "status", "code", "pointer", "fault"), BYTES.values(), ids=BYTES.keys())
def test_a_body_that_is_not_one_strict_document_changes_nothing(
    world: World, sent: bytes, status: int, code: str, pointer: str, fault: str
) -> None:
    """What other programs would read differently, or a database could not store, is refused before it is looked at."""
    before = every_row(world.database)
    answer = world.office.supervisor.call("POST", f"{world.places['contract']}/findings", content=sent, headers=JSON)
    expect_problem(answer, status, code, pointer, fault)
    assert every_row(world.database) == before


def test_a_body_without_a_length_is_measured_as_it_comes(world: World) -> None:
    """Two mebibytes in chunks, with no Content-Length, are refused like any other two mebibytes."""

    def chunks() -> Iterator[bytes]:
        yield b'{"note": "'
        for _ in range(32):
            yield b"a" * (MEBIBYTE // 16)
        yield b'"}'

    before = every_row(world.database)
    path = f"{world.places['contract']}/findings"
    answer = world.office.supervisor.call("POST", path, content=chunks(), headers=JSON)
    assert "content-length" not in answer.request.headers
    expect_problem(answer, 413, "body-too-large")
    assert every_row(world.database) == before


def test_a_body_of_one_mebibyte_is_read(world: World) -> None:
    """The limit itself is still allowed: such a body is refused for what it says, not for its size."""
    body = FINDING % b'"%s"'
    room = MEBIBYTE - len(body % b"")
    path = f"{world.places['contract']}/findings"
    for more, status, code in ((0, 422, INVALID), (1, 413, "body-too-large")):
        sent = body % (b"a" * (room + more))
        assert len(sent) == MEBIBYTE + more
        expect_problem(world.office.supervisor.call("POST", path, content=sent, headers=JSON), status, code)


@ON_SQLITE
@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", "json", ""],
)
def test_a_body_that_does_not_say_it_is_json_is_not_read(world: World, content_type: str) -> None:
    """A good finding that comes as something else is refused with 415."""
    before = every_row(world.database)
    path, headers = f"{world.places['contract']}/findings", {"Content-Type": content_type}
    answer = world.office.supervisor.call("POST", path, content=FINDING % b"null", headers=headers)
    expect_problem(answer, 415, "unsupported-media-type")
    assert every_row(world.database) == before


# ---------------------------------------------------------------- around the table


@ON_SQLITE
@pytest.mark.parametrize("path", ["/v1/contracts/", "/v1/me/", "/docs/", "/livez/"])
def test_a_trailing_slash_is_not_redirected(world: World, path: str) -> None:
    """A redirect would lose a body, or a token."""
    answer = world.office.supervisor.call("GET", path, follow_redirects=False)
    expect_problem(answer, 404, "not-found", "/path")
    assert "location" not in answer.headers


def test_a_wrong_method_is_told_the_right_ones(world: World) -> None:
    """405 names the methods that the path takes."""
    answer = world.office.supervisor.call("DELETE", "/v1/contracts")
    assert {method.strip() for method in answer.headers["allow"].split(",")} >= {"GET"}


def test_a_score_that_is_wrong_in_one_way_has_one_error(world: World) -> None:
    """Forms of the score that were not used are not complained of."""
    answer = world.office.supervisor.put(filled(MAY, world.places), assessed(score={"exact": "92.555"}))
    problem = expect_problem(answer, 422, INVALID, "/score/exact")
    assert [error["pointer"] for error in problem["errors"]] == ["/score/exact"]


def test_everything_that_is_wrong_is_said_at_once(world: World) -> None:
    """Three mistakes in three places are three errors."""
    body = contract(starts_on="2023-02-30", colour="red", title="")
    problem = expect_problem(world.office.supervisor.post("/v1/contracts", filled(body, world.places)), 422, INVALID)
    assert {error["pointer"] for error in problem["errors"]} == {"/starts_on", "/colour", "/title"}


def test_a_callers_own_request_id_comes_back(world: World) -> None:
    """A UUID is taken over, so that both sides' logs can be joined; anything else is not."""
    own = "6f1c2a3e-0000-4000-8000-000000000001"
    answer = world.office.supervisor.call("GET", "/v1/nothing", headers={"X-Request-Id": own})
    assert expect_problem(answer, 404, "not-found")["request_id"] == own
    forged = world.office.supervisor.call("GET", "/v1/nothing", headers={"X-Request-Id": "admin logged in"})
    assert expect_problem(forged, 404, "not-found")["request_id"] != "admin logged in"


def test_a_fault_of_ours_is_a_problem_document_without_its_inside(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even a 500 has its code, its remedy and the id by which it is found in the log."""

    def broken(*_: Any, **__: Any) -> None:
        message = "the secret inside"
        raise RuntimeError(message)

    monkeypatch.setattr(queries, "contracts", broken)
    answer = world.office.supervisor.get("/v1/contracts")
    expect_problem(answer, 500, "internal-error")
    assert "secret" not in answer.text

"""What a vendor sees in its portal: what it was told of its own, and nothing of anybody else's."""

import pytest

from app.database import Database
from app.models.words import Role
from tests.api.access.crossing import as_of_nothing
from tests.api.access.expected import named_in
from tests.api.access.holdings import CONTRACTS, NOWHERE
from tests.api.access.sent import REQUESTS
from tests.api.access.town import Town
from tests.api.asking import filled


def test_what_a_vendor_was_not_told_of_looks_as_if_it_did_not_exist(town: Town) -> None:
    """Every portal route about a draft, with a good body and a broken one, answers as about an id of nothing."""
    contract = f"/v1/contracts/{town.own.ids['contract']}"
    town.office.assess(contract, "2023-01", "85.00", "2023-02-01")
    month = town.office.supervisor.get(f"{contract}/assessments/2023-01").json()["id"]
    untold = {
        "assessment_id": month,
        "finding_id": town.own.ids["finding"],
        "settlement_id": town.own.ids["settlement"],
        "payout_id": town.own.ids["release"],
    }
    asked = 0
    for (method, path), sent in REQUESTS.items():
        for name, draft in untold.items() if "/portal/" in path else ():
            if name not in named_in(path):
                continue
            for body in (filled(sent.body, town.own.ids), {"colour": "red"}):
                answers = [
                    town.office.vendor_portal.call(method, NOWHERE.path(path, **{name: id_}), json=body)
                    for id_ in (draft, NOWHERE.ids["contract"])
                ]
                assert [answer.status_code for answer in answers] == [404, 404], (method, path)
                own, nothing = (as_of_nothing(answer, town.own) for answer in answers)
                assert {**own, "instance": None} == {**nothing, "instance": None}, (method, path)
                asked += 1
    assert asked == 2 * 13


@pytest.fixture
def notified(town: Town) -> Town:
    """Give each of two vendors at one center a notified month, a final one and a draft."""
    for holding in (town.own, town.other_vendors):
        contract = f"/v1/contracts/{holding.ids['contract']}"
        for period, day in (("2023-01", "2023-02-01"), ("2023-02", "2023-03-01"), ("2023-03", "2023-04-03")):
            town.office.assess(contract, period, "85.00", day)
        for period, day in (("2023-01", "2023-02-02"), ("2023-02", "2023-03-02")):
            town.office.finalize(contract, period, day)
        town.office.notify(contract, "2023-01", "2023-02-03", "考核〔2023〕1号")
    return town


def test_a_vendor_sees_its_notified_months_only(notified: Town) -> None:
    """Months that are expected, drafted or final do not exist in the portal; nor does the other vendor's."""
    portal = notified.office.vendor_portal
    (month,) = portal.items("/v1/portal/assessments", contract_id=notified.own.ids["contract"])
    assert (month["contract_id"], month["period"]) == (notified.own.ids["contract"], "2023-01")
    assert (month["score"]["exact"], month["verdict"], month["document_no"]) == ("85.00", "below", "考核〔2023〕1号")
    contracts = {notified.own.ids[name] for name in CONTRACTS}
    assert {contract["id"] for contract in portal.items("/v1/portal/contracts")} == contracts
    assert {month["contract_id"] for month in portal.items("/v1/portal/assessments")} <= contracts
    assert portal.get("/v1/portal/me").json()["vendor_id"] == notified.own.ids["vendor"]
    assert portal.items("/v1/portal/assessments", period="2023-02") == []
    assert portal.items("/v1/portal/assessments", contract_id=notified.other_vendors.ids["contract"]) == []


def test_a_second_vendor_sees_nothing_of_the_first(database: Database, notified: Town) -> None:
    """The rival at the same center sees its own contract and month, and no id of the first vendor's."""
    rival = notified.somebody(database, "rival", Role.VENDOR, [notified.office], notified.other_vendors.ids["vendor"])
    texts = [rival.get(f"/v1/portal/{path}").text for path in ("me", "contracts", "assessments")]
    theirs = {notified.own.ids[name] for name in ("vendor", "contract", "finding", "alert")}
    assert [id_ for id_ in theirs for text in texts if id_ in text] == []
    assert all(
        notified.other_vendors.ids[name] in text for name, text in zip(("vendor", "contract"), texts, strict=False)
    )
    months = rival.items("/v1/portal/assessments")
    assert {month["contract_id"] for month in months} <= {notified.other_vendors.ids[name] for name in CONTRACTS}
    assert [month["period"] for month in months if month["contract_id"] == notified.other_vendors.ids["contract"]] == [
        "2023-01"
    ]

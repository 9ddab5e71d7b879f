"""The example of a vendor's portal goes through a whole month against a real service, and misses nothing."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app import clock
from app.features.webhooks.delivering import Plan, deliver
from app.features.webhooks.sealing import sealer
from app.features.webhooks.sending import Sender
from app.rules.destinations import UrlPolicy
from app.settings import Settings
from examples.vendor_portal.client import Json, Kaohe, Refused
from examples.vendor_portal.portal import SECRET, Portal, new_secret
from examples.vendor_portal.receiver import Receiver
from examples.vendor_portal.store import Store
from tests.deliveries import anywhere, loopback
from tests.features.test_appeals import another
from tests.live import serving
from tests.office import TERMS, Office


def _after(event: str, days: int) -> dict[str, Any]:
    return {"after": event, "unit": "calendar_days", "length": days, "roll": "none"}


CLAUSES = TERMS | {
    "acknowledgement": _after("notice", 2),
    "appeal": _after("notice", 3),
    "rectification": _after("notice", 5),
    "monthly_report": _after("period_end", 60),
    "payment": {"schedule": "monthly", "year_money": "service_months", "excess": "carried_over"},
    "money": [
        {
            "kind": "amount_per_finding",
            "base": "month_fee",
            "amounts": {"leaving_post": "500.00", "late_opening": "300.00"},
            "rounding": {"stage": "amount", "places": 2},
        }
    ],
}


@dataclass
class Town:
    """A center at work, and its vendor's portal with a receiver of its own."""

    office: Office
    portal: Portal
    receiver: Receiver
    plan: Plan

    def delivers(self) -> int:
        """Let everything that is due be delivered, and give how many attempts that took."""
        return deliver(self.office.database, self.plan)

    def notified_month(self) -> tuple[str, str]:
        """Let the center notify last month with two findings, and give its contract's address and the month."""
        last = clock.today().replace(day=1) - timedelta(days=1)
        month, first = f"{last:%Y-%m}", last.replace(day=1)
        body: dict[str, Any] = {
            "starts_on": str(first),
            "ends_on": str(last),
            "recorded_from": month,
            "terms": CLAUSES,
            "years": [{"year": last.year, "amount": "100000.00"}],
        }
        contract = self.office.contract(**body)
        self.office.finding(contract, f"{month}-10", "leaving_post")
        self.office.finding(contract, f"{month}-17", "late_opening")
        address, by = f"{contract}/assessments/{month}", self.office.supervisor
        by.put(address, {"state": "assessed", "score": {"exact": "92.00"}}).raise_for_status()
        by.post(f"{address}/finalization", {}).raise_for_status()
        notice = {"notified_on": str(clock.today()), "document_no": "考核〔1〕号"}
        by.post(f"{address}/notice", notice).raise_for_status()
        return contract, month


@pytest.fixture
def town(office: Office, tmp_path: Path) -> Iterator[Town]:
    """Give a served center and a listening portal."""
    store = Store(tmp_path / "portal.db")
    store.note(SECRET, new_secret())
    with Receiver(("127.0.0.1", 0), store.noted(SECRET) or "", store) as receiver:
        thread = threading.Thread(target=receiver.serve_forever)
        thread.start()
        policy = UrlPolicy(frozenset({receiver.server_port}), http=True)
        # The one thing that a test may do and a deployment cannot: the vendor's host lies on this machine.
        sender = Sender(policy, sealer(Settings(var_dir=tmp_path)), 10, loopback, anywhere)
        with serving(office.database, tmp_path, policy=policy) as address:
            portal = Portal(Kaohe(address, office.vendor_portal.token), store)
            yield Town(office, portal, receiver, Plan(sender))
        receiver.shutdown()
        thread.join()


def test_a_whole_month_of_a_vendors_portal(town: Town, tmp_path: Path) -> None:
    """Notice, acknowledgement, appeal, rectification, report, money, objection, and a night in which nothing is new."""
    portal = town.portal
    url = f"http://vendor.example:{town.receiver.server_port}/kaohe"
    assert portal.register(url) == portal.register(url)
    contract, month = town.notified_month()
    town.delivers()
    notified = next(event for event in portal.work() if event["type"] == "assessment.notified")
    notice = portal.kaohe.read(notified["data"]["url"]).body
    assert notice["period"] == month

    absent = _answers(town, notice, tmp_path / "排班表.csv")
    _does_its_duties(town, contract, month, absent)
    _checks_its_money(town, contract, month)

    town.delivers()
    told = [event["type"] for event in portal.work()]
    wanted = {"appeal.decided", "assessment.revised", "rectification.verified", "settlement.approved"}
    assert wanted <= set(told)
    assert portal.reconcile() == 0, "a webhook had brought every event"
    assert portal.work() == []


def test_what_no_webhook_brought_is_found_at_night(town: Town) -> None:
    """Nothing is registered, so the list has it all; read a second time, nothing is new."""
    town.notified_month()
    assert town.portal.reconcile() > 0
    assert {event["type"] for event in town.portal.work()} >= {"assessment.notified", "rectification.due"}
    assert town.portal.reconcile() == 0


def _answers(town: Town, notice: Json, file: Path) -> str:
    """Acknowledge and appeal with evidence, let another supervisor uphold it, and give the finding that stands."""
    portal, office = town.portal, town.office
    assert portal.acknowledge(notice["id"]) == portal.acknowledge(notice["id"])
    file.write_text("日期,窗口\n17日,A-03\n", "utf-8")
    evidence = portal.upload(file, "当日排班")
    late, absent = (
        next(found["id"] for found in notice["findings"] if found["issue_type"] == code)
        for code in ("late_opening", "leaving_post")
    )
    line = {"about": "finding", "finding_id": late, "grounds": "当日按时开放。", "asked": "撤销。"}
    appeal = portal.appeal(notice["id"], notice["revision"], [line], [evidence])
    decision = {
        "reason": "排班表属实。",
        "lines": [{"number": 1, "outcome": "upheld", "reason": "属实。"}],
        "withdrawn_findings": [late],
    }
    refused = office.supervisor.post(f"/v1/appeals/{appeal['id']}/decision", decision)
    assert refused.status_code == 403, "whoever assessed the month does not decide"
    another(office).post(f"/v1/appeals/{appeal['id']}/decision", decision).raise_for_status()
    return str(absent)


def _does_its_duties(town: Town, contract: str, month: str, absent: str) -> None:
    """Rectify, and report the month; an error is told by its cell."""
    portal, office = town.portal, town.office
    portal.rectify(absent, "增设顶岗人员。", [])
    verdict = {"outcome": "verified"}
    office.supervisor.post(f"{contract}/findings/{absent}/verification", verdict).raise_for_status()
    contract_id = contract.rsplit("/", 1)[1]
    with pytest.raises(Refused) as wrong:
        portal.report(contract_id, month, "月报", {"head_count": "约45"})
    assert wrong.value.problem["errors"][0]["pointer"] == "/figures/0/value"
    assert portal.report(contract_id, month, "月报", {"head_count": "45"})["state"] == "handed_in"


def _checks_its_money(town: Town, contract: str, month: str) -> None:
    """Add the approved settlement up again, and object to a line of it."""
    portal, office = town.portal, town.office
    draft = office.supervisor.post(f"{contract}/settlements", {"payment_period": month}).json()["id"]
    office.finance.post(f"{contract}/settlements/{draft}/approval", {}).raise_for_status()
    settlement = portal.check(draft)
    assert (settlement["fee"], settlement["payable"]) == ("100000.00", "99500.00")
    portal.object(draft, settlement["lines"][1]["number"], "已整改。")

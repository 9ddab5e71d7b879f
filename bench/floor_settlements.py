"""The floor's W2: the rows that the service leaves of a settlement, by the raw driver, neither checked nor reckoned."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Response

from app.models.columns import new_id
from bench.drivers import Driver
from bench.floor_acts import OWNERS, Act, Acts

JsonBody = Annotated[dict[str, Any], Body()]
Key = Annotated[str, Header(alias="Idempotency-Key")]


_QUARTER = re.compile(r"\d{4}-Q\d")


def settlements(driver: Driver, principal: str) -> APIRouter:
    """Give the routes of W2, at the service's own paths."""
    router, writes = APIRouter(prefix="/v1/contracts/{contract_id}/settlements"), _Settlements(driver, principal)
    router.add_api_route("", writes.draft, methods=["POST"])
    router.add_api_route("/{settlement_id}/approval", writes.approve, methods=["POST"])
    return router


class _Settlements:
    def __init__(self, driver: Driver, principal: str) -> None:
        self.driver, self.principal, self.acts = driver, principal, Acts(driver, principal)
        self.models: dict[bool, dict[str, list[dict[str, Any]]]] = {}

    def _of(self, period: str) -> dict[str, list[dict[str, Any]]]:
        """Give the rows of an earlier settlement of as many months."""
        quarterly = bool(_QUARTER.fullmatch(period))
        if quarterly not in self.models:
            self.models[quarterly] = _model(self.driver, "2023-Q4" if quarterly else "2023-12")
        return self.models[quarterly]

    def draft(self, contract_id: str, body: JsonBody, key: Key) -> Response:
        """Draft a settlement, as an earlier one came out."""
        contract, period, now = self.driver.id(contract_id), body["payment_period"], self.driver.now()
        id_ = self.driver.id(new_id())
        with self.driver.write() as run:
            (owners,) = run.run("SELECT service_center_id, vendor_id FROM contracts WHERE id = ?", contract)
            of = dict(zip(OWNERS, owners, strict=True)) | {"contract_id": contract}
            fresh = {"id": id_, **of, "payment_period": period, "created_at": now, "updated_at": now, "version": 1}
            unsettled = {"status": "draft", "paid_fen": 0, "approved_by": None, "approved_by_id": None}
            row = self._of(period)["settlements"][0] | fresh | unsettled | {"approved_on": None}
            run.run(
                "UPDATE settlements SET status = 'superseded', version = version + 1, updated_at = ? "
                "WHERE contract_id = ? AND payment_period = ? AND status = 'draft'",
                now,
                contract,
                period,
            )
            run.add("settlements", row)
            own = {"settlement_id": id_, "contract_id": contract}
            run.add("settlement_lines", *(line | own for line in self._of(period)["settlement_lines"]))
            lines = len(self._of(period)["settlement_lines"])
            told = str(self.driver.shown(id_))
            rows = [("settlements", told), *(("settlement_lines", f"{told}/{n + 1}") for n in range(lines))]
            act = Act("settlement.drafted", id_, of["service_center_id"], contract, rows)
            return self.acts.kept(run, key, act, {"id": told}, 201)

    def approve(self, contract_id: str, settlement_id: str, key: Key) -> Response:
        """Approve it, and post what the earlier one posted."""
        contract, id_, now = self.driver.id(contract_id), self.driver.id(settlement_id), self.driver.now()
        with self.driver.write() as run:
            ((period, *owners),) = run.run(
                "UPDATE settlements SET status = 'approved', approved_by = 'bench-floor', approved_by_id = ?, "
                "approved_on = ?, version = version + 1, updated_at = ? WHERE id = ? "
                "RETURNING payment_period, service_center_id, vendor_id",
                self.driver.id(self.principal),
                now[:10],
                now,
                id_,
            )
            of = dict(zip(OWNERS, owners, strict=True))
            ((number,),) = run.run("SELECT max(number) FROM ledger_entries WHERE contract_id = ?", contract)
            entry, due = self.driver.id(new_id()), self.driver.id(new_id())
            posted = {"id": entry, "cause_id": id_, "contract_id": contract, "number": number + 1, "recorded_at": now}
            run.add("ledger_entries", self._of(period)["ledger_entries"][0] | posted)
            own = {"entry_id": entry, "contract_id": contract}
            run.add("ledger_lines", *(line | own for line in self._of(period)["ledger_lines"]))
            owed = {"id": due, "contract_id": contract, "subject": period, "met_on": None, "created_at": now}
            run.add("due_dates", self._of(period)["due_dates"][0] | owed | {"updated_at": now})
            told = str(self.driver.shown(id_))
            self.acts.tell(
                run, of | {"contract_id": contract}, "settlement.approved", id_, f"/v1/portal/settlements/{told}"
            )
            lines = range(1, len(self._of(period)["ledger_lines"]) + 1)
            posting = [("ledger_lines", f"{self.driver.shown(entry)}/{line}") for line in lines]
            rows = [("settlements", told), ("ledger_entries", str(self.driver.shown(entry))), *posting]
            rows.append(("due_dates", str(self.driver.shown(due))))
            act = Act("settlement.approved", id_, of["service_center_id"], contract, rows)
            return self.acts.kept(run, key, act, {"id": told, "status": "approved"})


def _model(driver: Driver, period: str) -> dict[str, list[dict[str, Any]]]:
    """Read the rows of one approved settlement of a period, by table."""
    wanted = "payment_period = ? AND status = 'approved' ORDER BY id LIMIT 1"
    settlement = _rows(driver, "settlements", wanted, period)
    id_, contract = settlement[0]["id"], settlement[0]["contract_id"]
    entry = _rows(driver, "ledger_entries", "cause_id = ?", id_)
    return {
        "settlements": settlement,
        "settlement_lines": _rows(driver, "settlement_lines", "settlement_id = ? ORDER BY number", id_),
        "ledger_entries": entry,
        "ledger_lines": _rows(driver, "ledger_lines", "entry_id = ? ORDER BY number", entry[0]["id"]),
        "due_dates": _rows(
            driver, "due_dates", "contract_id = ? AND kind = 'payment' AND subject = ?", contract, period
        ),
    }


def _rows(driver: Driver, table: str, wanted: str, *values: object) -> list[dict[str, Any]]:
    names = driver.columns(table)
    return [
        dict(zip(names, row, strict=True))
        for row in driver.read(f"SELECT {', '.join(names)} FROM {table} WHERE {wanted}", *values)  # noqa: S608 names of our own
    ]

"""The floor's W1: the rows that the service leaves of a month, request by request, by the raw driver, unchecked."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Response

from app.models.columns import new_id
from bench.drivers import Driver, Transaction
from bench.floor_acts import OWNERS, Act, Acts

JsonBody = Annotated[dict[str, Any], Body()]
Key = Annotated[str, Header(alias="Idempotency-Key")]


def months(driver: Driver, principal: str) -> APIRouter:
    """Give the routes of W1, at the service's own paths."""
    router, writes = APIRouter(prefix="/v1/contracts/{contract_id}"), _Months(driver, principal)
    router.add_api_route("/assessments/{period}", writes.record, methods=["PUT"])
    router.add_api_route("/findings", writes.find, methods=["POST"])
    router.add_api_route("/assessments/{period}/finalization", writes.finalize, methods=["POST"])
    router.add_api_route("/assessments/{period}/notice", writes.notify, methods=["POST"])
    return router


class _Months:
    def __init__(self, driver: Driver, principal: str) -> None:
        self.driver, self.principal, self.acts = driver, principal, Acts(driver, principal)

    def _change(self, run: Transaction, contract: str, period: str, values: dict[str, object]) -> dict[str, Any]:
        """Set a month and give its id, owners and version."""
        sets = ", ".join(f"{name} = ?" for name in values)
        statement = (
            f"UPDATE assessments SET {sets}, version = version + 1, updated_at = ? "  # noqa: S608 names of our own
            "WHERE contract_id = ? AND period = ? RETURNING id, service_center_id, vendor_id, version"
        )
        ((id_, *owners, version),) = run.run(statement, *values.values(), self.driver.now(), contract, period)
        return {"id": id_, "version": version, "owners": dict(zip(OWNERS, owners, strict=True))}

    def _answered(
        self, run: Transaction, key: str, contract: str, verb: str, month: dict[str, Any], **said: object
    ) -> Response:
        answer = {"id": self.driver.shown(month["id"]), "version": month["version"], **said}
        rows = [("assessments", str(self.driver.shown(month["id"]))), *month.get("rows", ())]
        act = Act(f"assessment.{verb}", month["id"], month["owners"]["service_center_id"], contract, rows)
        return self.acts.kept(run, key, act, answer)

    def record(self, contract_id: str, period: str, body: JsonBody, key: Key) -> Response:
        """Fill a month in."""
        exact = str(body["score"]["exact"])
        values: dict[str, object] = {
            "stage": "draft",
            "state": body["state"],
            "score_kind": "exact",
            "score_hundredths": int(exact.replace(".", "")),
            "score_exact": f"{exact.replace('.', '')}/100",
            "assessed_on": body["assessed_on"],
            "assessed_by_id": self.driver.id(self.principal),
        }
        contract = self.driver.id(contract_id)
        with self.driver.write() as run:
            month = self._change(run, contract, period, values)
            return self._answered(run, key, contract, "recorded", month, stage="draft", score={"exact": exact})

    def find(self, contract_id: str, body: JsonBody, key: Key) -> Response:
        """Record a finding."""
        contract, id_, now = self.driver.id(contract_id), self.driver.id(new_id()), self.driver.now()
        with self.driver.write() as run:
            ((center, vendor, issue_type),) = run.run(
                "SELECT c.service_center_id, c.vendor_id, i.id FROM contracts c "
                "JOIN issue_types i ON i.service_center_id = c.service_center_id AND i.code = ? WHERE c.id = ?",
                body["issue_type"],
                contract,
            )
            row: dict[str, object] = {
                "id": id_,
                "service_center_id": center,
                "vendor_id": vendor,
                "contract_id": contract,
                "period": body["occurred_on"][:7],
                "issue_type_id": issue_type,
                "occurred_on": body["occurred_on"],
                "counter": body["counter"],
                "description": body["description"],
                "deduction_hundredths": int(body["deduction_points"].replace(".", "")),
                "at_least": False,
                "version": 1,
                "created_at": now,
                "updated_at": now,
            }
            run.add("findings", row)
            answer = {**row, **{name: self.driver.shown(row[name]) for name in ("id", *OWNERS, "contract_id")}}
            act = Act("finding.recorded", id_, center, contract, [("findings", str(self.driver.shown(id_)))])
            return self.acts.kept(run, key, act, answer, 201)

    def finalize(self, contract_id: str, period: str, body: JsonBody, key: Key) -> Response:
        """Make a month final."""
        contract = self.driver.id(contract_id)
        with self.driver.write() as run:
            ((terms,),) = run.run("SELECT id FROM terms_versions WHERE contract_id = ? AND number = 1", contract)
            values: dict[str, object] = {"stage": "final", "final_on": body["final_on"], "terms_version_id": terms}
            judged: dict[str, object] = {"pass_mark_hundredths": 9000, "verdict": "not_below"}
            month = self._change(
                run, contract, period, values | judged | {"finalized_by_id": self.driver.id(self.principal)}
            )
            return self._answered(run, key, contract, "finalized", month, stage="final", final_on=body["final_on"])

    def notify(self, contract_id: str, period: str, body: JsonBody, key: Key) -> Response:
        """Give a month's notice."""
        contract, now = self.driver.id(contract_id), self.driver.now()
        values: dict[str, object] = {"stage": "notified", "notified_on": body["notified_on"]}
        noted: dict[str, object] = {"document_no": body["document_no"], "notice_recorded_at": now, "backdated": True}
        with self.driver.write() as run:
            month = self._change(run, contract, period, values | noted)
            ((due,),) = run.run(
                "UPDATE due_dates SET met_on = ?, updated_at = ? WHERE contract_id = ? AND kind = 'notice' "
                "AND subject = ? AND superseded_on IS NULL RETURNING id",
                body["notified_on"],
                now,
                contract,
                period,
            )
            month["rows"] = [("due_dates", str(self.driver.shown(due)))]
            url = f"/v1/portal/assessments/{self.driver.shown(month['id'])}"
            self.acts.tell(run, month["owners"] | {"contract_id": contract}, "assessment.notified", month["id"], url)
            return self._answered(
                run, key, contract, "notified", month, stage="notified", notified_on=body["notified_on"]
            )

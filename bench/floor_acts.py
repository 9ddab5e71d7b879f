"""What each of the floor's changes leaves beside its business rows: an act in the audit, what is told, its key."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from app.models.columns import new_id
from bench.drivers import Driver, Transaction
from bench.floor_reads import written

OWNERS = ("service_center_id", "vendor_id")


@dataclass(frozen=True, slots=True)
class Act:
    """Something done to a subject of a contract, as the database stores ids, and the rows that it changed."""

    action: str
    subject: str
    center: str
    contract: str
    rows: list[tuple[str, str]]


class Acts:
    """What every change leaves beside its business rows."""

    def __init__(self, driver: Driver, principal: str) -> None:
        """Act as this principal."""
        self.driver = driver
        self._principal = driver.id(principal)

    def kept(self, run: Transaction, key: str, act: Act, answer: dict[str, Any], status: int = 200) -> Response:
        """Add an act to the chain, keep the answer under its key, and give it."""
        driver, now = self.driver, self.driver.now()
        chain = str(driver.shown(act.center))
        hold = "" if driver.sqlite else " FOR UPDATE"
        ((number, previous),) = run.run(f"SELECT number, hash FROM audit_heads WHERE chain = ?{hold}", chain)  # noqa: S608 no value of anybody's
        changes = [_change(table, row) for table, row in act.rows]
        event: dict[str, object] = {
            "id": driver.id(new_id()),
            "chain": chain,
            "number": number + 1,
            "service_center_id": act.center,
            "recorded_at": now,
            "actor": "bench-floor",
            "principal_id": self._principal,
            "action": act.action,
            "subject_kind": act.action.split(".")[0],
            "subject_id": str(driver.shown(act.subject)),
            "before_hash": changes[0]["before"],
            "after_hash": changes[0]["after"],
            "changes": _json(changes),
            "details": _json({"contract_id": str(driver.shown(act.contract))}),
            "request_id": str(uuid.uuid4()),
            "hash_name": "sha256",
            "previous_hash": previous,
        }
        event["hash"] = _hash(_json([str(value) for value in event.values()]))
        run.add("audit_events", event)
        run.run("UPDATE audit_heads SET number = ?, hash = ? WHERE chain = ?", number + 1, event["hash"], chain)
        mark: dict[str, object] = {"id": driver.id(new_id()), "contract_id": act.contract, "recorded_on": now[:10]}
        run.add("changed_contracts", mark)
        response = written(answer, status)
        body = bytes(response.body).decode()
        kept = {"fingerprint": _hash(body), "status": status, "headers": '{"etag":"\\"2\\""}', "body": body}
        run.add("idempotency_keys", {"principal_id": self._principal, "key": key, **kept, "created_at": now})
        return response

    def tell(self, run: Transaction, owners: dict[str, str], type_: str, subject: str, url: str) -> None:
        """Tell the vendor's stream and the center's of something."""
        driver, now = self.driver, self.driver.now()
        for stream, owner in (("center", owners["service_center_id"]), ("vendor", owners["vendor_id"])):
            raised = run.run(
                "INSERT INTO event_heads (stream_id, number) VALUES (?, 1) "
                "ON CONFLICT (stream_id) DO UPDATE SET number = event_heads.number + 1 RETURNING number",
                owner,
            )
            told = {"id": str(driver.shown(subject)), "sequence": raised[0][0], "url": url}
            event = {
                "id": driver.id(new_id()),
                "stream": stream,
                "stream_id": owner,
                "sequence": raised[0][0],
                **owners,
                "type": type_,
                "key": f"{type_}/{driver.shown(subject)}/1",
                "body": _json({"type": type_, "timestamp": now, "data": told}),
                "fanned_out_at": now if stream == "center" else None,
                "recorded_at": now,
            }
            run.add("events", event)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _change(table: str, row: str) -> dict[str, str]:
    return {"table": table, "key": row, "before": _hash(row), "after": _hash(table)}

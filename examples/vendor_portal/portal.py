"""What a vendor's portal does with Kaohe: takes note of events, answers notices, checks money, reconciles at night."""

import base64
import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from examples.vendor_portal.client import Json, Kaohe
from examples.vendor_portal.store import Store

CURSOR = "cursor"
SECRET = "secret"  # noqa: S105 the name of a note, not a secret
SECRET_BYTES = 32

ADDS = frozenset({"fee", "bonus"})
"""What a line of a settlement adds; every other component takes something off."""


class DoesNotAddUp(Exception):
    """A settlement whose lines do not sum to what it pays: a person must look."""


@dataclass(frozen=True, slots=True)
class Portal:
    """The vendor's acts. Each names itself by an idempotency key of its own, so that done again it is done once."""

    kaohe: Kaohe
    store: Store

    def register(self, url: str) -> str:
        """Register where webhooks are received and give the endpoint's id; the same address again is the same endpoint.

        The secret is our own and is kept before it is sent: whatever happens to the answer, it is not lost.
        """
        secret = self.store.noted(SECRET) or new_secret()
        self.store.note(SECRET, secret)
        body = {"url": url, "secret": secret}
        return str(self.kaohe.change("POST", "/v1/portal/webhook-endpoints", body, key("register", url)).body["id"])

    def work(self) -> list[Json]:
        """Read what each new event names and keep it, and give the events; one is done once what it names was read."""
        waiting = self.store.waiting()
        for event_id, event in waiting:
            url = event["data"]["url"]
            self.store.note(url, json.dumps(self.kaohe.read(url).body))
            self.store.done(event_id)
        return [event for _, event in waiting]

    def reconcile(self) -> int:
        """Read every event since the last time, and give how many no webhook had brought; best once a night."""
        missed = 0
        while True:
            cursor = self.store.noted(CURSOR)
            page = self.kaohe.read("/v1/portal/events", **({"cursor": cursor} if cursor else {})).body
            missed += sum(self.store.keep(event["id"], event, "list") for event in page["items"])
            # Noted after its events were kept: stopped in between, they are read again, and kept once all the same.
            self.store.note(CURSOR, page["next_cursor"])
            if not page["items"]:
                return missed

    def acknowledge(self, assessment_id: str) -> Json:
        """Say that a notice has been received, and give by when it may be answered."""
        path = f"/v1/portal/assessments/{assessment_id}/acknowledgement"
        return self._post(path, {}, key("acknowledge", assessment_id))

    def appeal(self, assessment_id: str, revision: int, lines: Sequence[Json], evidence: Sequence[str]) -> Json:
        """Appeal against a version of a month, line by line."""
        path = f"/v1/portal/assessments/{assessment_id}/appeals"
        body = {"lines": list(lines), "evidence": list(evidence)}
        return self._post(path, body, key("appeal", assessment_id, revision, body))

    def upload(self, file: Path, note: str) -> str:
        """Hand a file in and give its id: first declared by name, size and hash, then sent."""
        content = file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        body = {"name": file.name, "size": len(content), "sha256": digest, "note": note}
        declared = self._post("/v1/portal/evidence", body, key("evidence", body))
        self.kaohe.upload(declared["content_url"], content, key("content", declared["id"]))
        return str(declared["id"])

    def rectify(self, finding_id: str, description: str, evidence: Sequence[str]) -> Json:
        """Say what was done about a finding."""
        path = f"/v1/portal/findings/{finding_id}/rectification"
        body = {"description": description, "evidence": list(evidence)}
        return self._post(path, body, key("rectify", finding_id, body))

    def report(self, contract_id: str, period: str, summary: str, figures: dict[str, str]) -> Json:
        """Hand in the report of a month, over the version that stands."""
        path = f"/v1/portal/contracts/{contract_id}/monthly-reports/{period}"
        body = {"summary": summary, "figures": [{"code": code, "value": value} for code, value in figures.items()]}
        seen = self.kaohe.read(path).etag
        handed_in: Json = self.kaohe.change("PUT", path, body, key("report", contract_id, period, seen), seen).body
        return handed_in

    def check(self, settlement_id: str) -> Json:
        """Read a settlement and add its lines up again; raises DoesNotAddUp."""
        settlement: Json = self.kaohe.read(f"/v1/portal/settlements/{settlement_id}").body
        lines = settlement["lines"]
        total = sum(Decimal(line["amount"]) * (1 if line["component"] in ADDS else -1) for line in lines)
        if total != Decimal(settlement["payable"]):
            raise DoesNotAddUp(f"the lines sum to {total}, and {settlement['payable']} is payable")
        return settlement

    def object(self, settlement_id: str, line: int, grounds: str) -> Json:
        """Object to a line of a settlement before it is paid."""
        body = {"line": line, "grounds": grounds}
        return self._post(f"/v1/portal/settlements/{settlement_id}/objection", body, key("object", settlement_id, line))

    def _post(self, path: str, body: Json, act: str) -> Json:
        answer: Json = self.kaohe.change("POST", path, body, act).body
        return answer


def key(*act: object) -> str:
    """Name an act so that the same act has the same name on another day and in another process."""
    return hashlib.sha256(json.dumps(act, ensure_ascii=False).encode()).hexdigest()


def new_secret() -> str:
    """Make a secret of our own."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()

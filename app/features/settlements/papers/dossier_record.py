"""What the dossier of a settlement is made of: its lines, the results that they rest on, its drafts and payments."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.settlements.papers import queries as paper_queries
from app.rules.ledger import Account
from app.rules.lines import SIGNS, Component

Row = RowMapping | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that the paper is made of."""

    settlement: RowMapping
    lines: Sequence[Row]
    """Each with `effect_fen`, what it does to the amount payable, and the `kind` of its clause."""
    months: Sequence[Row]
    """As they stood when the settlement was posted, or drafted: `stood` is the number of that version."""
    findings: Sequence[RowMapping]
    """Those that the lines take something off for."""
    drafts: Sequence[RowMapping]
    payments: Sequence[RowMapping]


def read(session: Session, caller: Caller, contract_id: uuid.UUID, settlement_id: uuid.UUID) -> Dossier:
    """Read what a dossier is made of; 404 for a settlement that is not this contract's, or not the caller's."""
    settlement = paper_queries.settlement(session, caller.centers, contract_id, settlement_id)
    if settlement is None:
        raise NotFound("There is no such settlement of the contract.", pointer="/path/settlement_id")
    lines = [_line(row) for row in paper_queries.lines(session, settlement_id)]
    periods = sorted({*settlement["months"], *(line["period"] for line in lines if line["period"])})
    known_at: datetime = settlement["posted_at"] or settlement["created_at"]
    costly = set(_costly(lines))
    return Dossier(
        settlement=settlement,
        lines=lines,
        months=_months(session, contract_id, periods, known_at),
        findings=[
            row
            for row in paper_queries.findings(session, contract_id, periods)
            if (row["period"], row["issue_type"]) in costly and _counted(row, known_at)
        ],
        drafts=paper_queries.drafts(session, contract_id, settlement["payment_period"]),
        payments=paper_queries.payments(session, contract_id, settlement_id),
    )


# ---------------------------------------------------------------- lines and their clauses


def _line(row: RowMapping) -> Row:
    clause = clause_of(row["document"], row["clause"])
    return {**row, "effect_fen": effect(row["component"], row["amount_fen"]), "kind": clause.get("kind")}


def effect(component: str, fen: int) -> int:
    """Say what a line does to the amount payable; of a balance taken over, what was payable is payable."""
    if component in set(Component):
        return SIGNS[Component(component)] * fen
    return fen if component == Account.PAYABLE else 0


def clause_of(document: str | None, pointer: str | None) -> dict[str, Any]:
    """Find in the terms what a pointer such as `/money/0` names; empty where that is no clause with members."""
    place: Any = json.loads(document) if document and pointer else {}
    for part in (pointer or "").split("/")[1:]:
        if isinstance(place, list):
            place = place[int(part)] if part.isdigit() and int(part) < len(place) else None
        else:
            place = place.get(part) if isinstance(place, dict) else None
    return place if isinstance(place, dict) else {}


def _costly(lines: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Name the months with the issue types for which their clauses take something off."""
    for line in lines:
        if line["component"] != Component.FINDING_DEDUCTION:
            continue
        # An adjustment has no clause of its own: its steps name those by which the month was reckoned again.
        for pointer in {line["clause"], *(step.get("clause") for step in line["steps"])}:
            for issue_type in clause_of(line["document"], pointer).get("amounts", {}):
                yield line["period"], issue_type


def _counted(finding: RowMapping, known_at: datetime) -> bool:
    """Tell whether a finding was on record at an instant, and not withdrawn by then."""
    withdrawn = finding["withdrawn_on"] is not None and finding["updated_at"] <= known_at
    return finding["created_at"] <= known_at and not withdrawn


# ---------------------------------------------------------------- the months as they stood


def _months(session: Session, contract_id: uuid.UUID, periods: Sequence[str], known_at: datetime) -> list[Row]:
    months = paper_queries.months(session, contract_id, periods)
    revised = [month["id"] for month in months if month["revision"]]
    versions = paper_queries.versions_of_months(session, revised)
    return [
        _as_it_stood(month, [v for v in versions if v["assessment_id"] == month["id"]], known_at) for month in months
    ]


def _as_it_stood(month: RowMapping, versions: Sequence[RowMapping], known_at: datetime) -> Row:
    known = [version for version in versions if version["number"] == 0 or version["recorded_at"] <= known_at]
    if not known:
        return {**month, "stood": month["revision"]}
    return {**month, **known[-1], "stood": known[-1]["number"]}

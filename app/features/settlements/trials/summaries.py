"""What a centre's trial keeps of each contract: sums, months that come out otherwise, alerts; amounts in fen."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import RowMapping

from app.features.alerts.state import Broken
from app.features.settlements.trials.alerts import Raised
from app.features.settlements.trials.service import ContractTrial, Refused
from app.rules.trials import Amounts, TrialMonth

_FAULT = ("pointer", "code", "detail", "remedy")
_SIDES = ("own", "trial", "difference", "posted")


_NOTHING: dict[str, Any] = {
    "contract_number": None,
    "vendor_id": None,
    "months": 0,
    "left_out": [],
    "comes_to": None,
    "changed": [],
    "alerts": None,
    "faults": [],
    "error": None,
}


def summary(found: ContractTrial | Refused | Broken) -> dict[str, Any]:
    """Give what is kept of one contract."""
    match found:
        case Broken():
            return _NOTHING | {"contract_id": str(found.contract_id), "outcome": "broken", "error": found.error}
        case Refused():
            faults = [{name: getattr(fault, name) for name in _FAULT} for fault in found.faults]
            return _NOTHING | _named(found.contract) | {"outcome": "refused", "faults": faults}
        case ContractTrial():
            return _NOTHING | _named(found.contract) | _tried(found)


def _named(contract: RowMapping) -> dict[str, Any]:
    named = {"contract_id": str(contract["id"]), "contract_number": contract["number"]}
    return named | {"vendor_id": str(contract["vendor_id"])}


def _tried(found: ContractTrial) -> dict[str, Any]:
    outcome = found.outcome
    return {
        "outcome": "tried",
        "months": len(outcome.decided),
        "left_out": [_left_out(month) for month in outcome.months if not month.decided],
        "comes_to": _amounts(outcome.comes_to),
        "changed": [
            {
                "period": str(month.period),
                "comes_to": _amounts(month.comes_to),
                "why": [{"zh": why.said.zh, "en": why.said.en} for why in month.why],
            }
            for month in outcome.months
            if month.why
        ],
        "alerts": {
            "only_under_trial": _counted(found.alerts.only_under_trial),
            "only_under_own": _counted(found.alerts.only_under_own),
        },
    }


def _left_out(month: TrialMonth) -> dict[str, Any]:
    """Say why a month is in no sum: what either side would need to know."""
    missing = dict.fromkeys([*month.own.missing, *month.trial.missing])
    told = [{"name": m.name, "pointer": m.pointer, "needed": {"zh": m.label.zh, "en": m.label.en}} for m in missing]
    return {"period": str(month.period), "missing": told}


def _amounts(amounts: Amounts) -> dict[str, int | None]:
    return {side: getattr(amounts, side) for side in _SIDES}


def _counted(raised: Iterable[Raised]) -> dict[str, int]:
    return dict(Counter(str(entry.state.kind) for entry in raised))


def total(contracts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Sum the contracts that could be tried, and count those that could not."""
    tried = [entry for entry in contracts if entry["outcome"] == "tried"]
    alerts = {
        side: sum((Counter(entry["alerts"][side]) for entry in tried), Counter[str]())
        for side in ("only_under_trial", "only_under_own")
    }
    return {
        "contracts": len(tried),
        "refused": sum(entry["outcome"] == "refused" for entry in contracts),
        "broken": sum(entry["outcome"] == "broken" for entry in contracts),
        "changed": sum(bool(entry["changed"]) for entry in tried),
        "months": sum(entry["months"] for entry in tried),
        "left_out": sum(len(entry["left_out"]) for entry in tried),
        "comes_to": {side: sum(entry["comes_to"][side] or 0 for entry in tried) for side in _SIDES},
        "alerts": {side: dict(counted) for side, counted in alerts.items()},
    }

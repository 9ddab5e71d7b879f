"""Records the metrics of a month, all of them at once."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session

from app import clock
from app.errors import Invalid
from app.features.access.caller import Caller
from app.features.contracts.service import lock, require_month
from app.features.metrics import queries
from app.features.metrics.catalogue import standard_codes
from app.features.metrics.writing import Figures, Written, write
from app.features.seen import Seen, check_seen
from app.models import Contract
from app.rules.faults import Fault
from app.rules.metric_codes import bounds_faults
from app.rules.periods import Period


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of a month by its code: of a hall or a counter, or where `site` is None of the whole contract."""

    code: str
    site: str | None
    value: Decimal


def record(
    session: Session,
    caller: Caller,
    contract_id: uuid.UUID,
    period: Period,
    metrics: Sequence[Metric],
    note: str | None = None,
    seen: Seen = None,
) -> None:
    """Put these metrics in the place of what the month has; while nothing is on record, it stands at version 0.

    A month that is settled may be changed as well: the next settlement reckons it again and adjusts.
    """
    contract = lock(session, caller, contract_id)
    require_month(session, contract, period, "/path/period")
    stored = queries.for_update(session, contract_id, [str(period)])
    row = stored.get(str(period))
    check_seen(seen, row.version if row else 0)
    _check(session, contract, period, metrics)
    details = {"contract_id": str(contract_id), "period": str(period)}
    written = Written(figures_of(metrics), note)
    write(session, caller, "metrics.recorded", contract, stored, {str(period): written}, details)


def figures_of(metrics: Sequence[Metric]) -> Figures:
    """Write the metrics as they are stored, in one order whichever way they were sent."""
    ordered = sorted(metrics, key=lambda metric: (metric.code, metric.site or ""))
    return [{"code": metric.code, "site": metric.site, "value": f"{metric.value:f}"} for metric in ordered]


def _check(session: Session, contract: Contract, period: Period, metrics: Sequence[Metric]) -> None:
    if period.first_day > clock.today():
        detail = f"{period} has not begun."
        fault = Fault("/path/period", "month-not-begun", detail, "Record what was measured, once it was.")
        raise Invalid(detail, faults=[fault])
    # Only who has entered its halls and counters is kept from typing errors; others name them freely.
    known = queries.place_codes(session, contract.service_center_id)
    faults = list(_faults(metrics, known))
    if faults:
        raise Invalid(faults[0].detail, faults=faults)


def _faults(metrics: Sequence[Metric], known: set[str]) -> Iterator[Fault]:
    places: dict[tuple[str, str | None], int] = {}
    for place, metric in enumerate(metrics):
        first = places.setdefault((metric.code, metric.site), place)
        if first != place:
            detail = f"{metric.code} of {metric.site or 'the whole contract'} is stated twice."
            remedy = f"Leave this one out, or /values/{first}."
            yield Fault(f"/values/{place}", "metric-twice", detail, remedy)
        if known and metric.site is not None and metric.site not in known:
            detail = f"The service center has no hall or counter '{metric.site}'."
            remedy = "Use a code of GET /v1/service-centers/{id}/sites or /counters, or add it first."
            yield Fault(f"/values/{place}/site", "unknown-site", detail, remedy)
        yield from bounds_faults(standard_codes().get(metric.code), metric.value, f"/values/{place}/value")

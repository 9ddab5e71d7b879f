"""Finds the endpoints that were disabled because they failed or were gone: `endpoint_disabled`."""

import uuid
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, RowMapping
from sqlmodel import Session, col

from app import clock
from app.features.alerts import queries as alert_queries
from app.features.alerts import service as alerts
from app.features.alerts.state import AlertState, Evaluation
from app.features.webhooks import queries
from app.models import Alert
from app.models.words import AlertKind, Severity

_Stored = Mapping[tuple[uuid.UUID | None, str], RowMapping]
_KIND = AlertKind.ENDPOINT_DISABLED


def evaluate(session: Session, as_of: date, centers: Collection[uuid.UUID] | None = None) -> Evaluation:
    """Say which endpoints are disabled on a day, of some service centers or of all.

    An endpoint that is enabled again keeps no trace of it, but its alert does: that is given as it was on the day.
    What a vendor disables itself alarms nobody.
    """
    rows = queries.disabled_endpoints(session, clock.midnight(as_of + timedelta(days=1)), centers)
    states = [_state(row) for row in rows]
    demanded = {state.key for state in states}
    stored = alert_queries.of_kind(session, _KIND)
    past = (_past(row, as_of) for key, row in stored.items() if key not in demanded and _shown(row, as_of, centers))
    return Evaluation([*states, *past], rows_read=len(rows))


def about(endpoint_id: uuid.UUID) -> ColumnElement[bool]:
    """Say which alerts are about an endpoint; each time that it is disabled has one of its own."""
    return (col(Alert.kind) == _KIND) & col(Alert.subject).startswith(f"{endpoint_id}/")


def settle(session: Session, endpoint_id: uuid.UUID, fact: str) -> None:
    """Resolve what is open about an endpoint today; `fact` names what happened to it today."""
    stored = alert_queries.of_kind(session, _KIND)
    alerts.settle(session, _KIND, None, list(_resolved(stored, endpoint_id, fact)))


def _resolved(stored: _Stored, endpoint_id: uuid.UUID, fact: str) -> Iterator[AlertState]:
    today = clock.today()
    for row in stored.values():
        if row["until"] is None and row["subject"].startswith(f"{endpoint_id}/"):
            yield _given(row, max(today, row["since"]), row["facts"] | {fact: today.isoformat()})


def _state(row: RowMapping) -> AlertState:
    since = clock.business_date(row["disabled_at"])
    facts = {
        "endpoint_id": str(row["id"]),
        "vendor": row["vendor"],
        "host": urlsplit(row["url"]).hostname,
        "because": row["disabled_because"].value,
        "disabled_on": since.isoformat(),
    }
    subject = f"{row['id']}/{since}"
    return AlertState(_KIND, None, row["service_center_id"], subject, Severity.WARNING, since, None, facts)


def _shown(row: RowMapping, as_of: date, centers: Collection[uuid.UUID] | None) -> bool:
    ours = centers is None or row["service_center_id"] in centers
    return ours and row["until"] is not None and row["since"] <= as_of


def _past(row: RowMapping, as_of: date) -> AlertState:
    if row["until"] <= as_of:
        return _given(row, row["until"], row["facts"])
    later = ("enabled_on", "deleted_on")
    return _given(row, None, {name: value for name, value in row["facts"].items() if name not in later})


def _given(row: RowMapping, until: date | None, facts: dict[str, Any]) -> AlertState:
    owner = row["service_center_id"]
    return AlertState(_KIND, None, owner, row["subject"], row["severity"], row["since"], until, facts)

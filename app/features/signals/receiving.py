"""Receives signals: masks what is personal, matches what it can, and groups them with others of the same incident."""

import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.signals import grouping, queries
from app.features.signals.errors import ReferenceTaken, SignalDiffers
from app.models import Signal
from app.models.columns import new_id
from app.models.words import Role
from app.rules.faults import Fault
from app.rules.periods import Period
from app.rules.personal import masked
from app.rules.signals import Match, MatchedBy, match_contract, match_named
from app.values import FIRST_DAY

LONGEST_COUNTER = 32
"""Characters of a counter's code, which a finding keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSignal:
    """A complaint or review as another system sends it; `source` and `external_ref` name it for good.

    `service_center` is a code or an id, needed where the sender sees several; `rating` is 1 (worst) to 5.
    """

    source: str
    external_ref: str
    occurred_at: datetime
    service_center: str | None = None
    counter: str | None = None
    issue_type: str | None = None
    category: str | None = None
    text: str | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """Which signal it is, and whether it is new."""

    signal_id: uuid.UUID
    is_new: bool


def receive(session: Session, caller: Caller, new: NewSignal) -> Received:
    """Record a signal and propose its incident; the same signal sent again is the one that is there.

    Source and reference name it whoever sends it, so that what two systems forward becomes one finding; a system that
    has not sent it itself is told that much and nothing else.
    """
    center = _center(session, caller, new.service_center)
    queries.hold_center(session, center)
    signal = _row(caller, center, new)
    first = queries.by_reference(session, center, new.source, new.external_ref)
    if first is not None:
        if caller.role is Role.INTEGRATION and first.principal_id != caller.principal_id:
            raise ReferenceTaken(pointer="/external_ref")
        _check_same(first, signal)
        return Received(first.id, is_new=False)
    _match(session, signal)
    grouping.place(session, caller, signal)
    return Received(signal.id, is_new=True)


def _center(session: Session, caller: Caller, named: str | None) -> uuid.UUID:
    if named is None:
        if len(caller.centers) == 1:
            return caller.centers[0]
        detail = f"The token sees {len(caller.centers)} service centers, and the signal names none."
        remedy = "State the code or the id of one of GET /v1/me."
        raise Invalid(detail, faults=[Fault("/service_center", "service-center-missing", detail, remedy)])
    found = queries.center_named(session, caller.centers, named) or next(
        (center for center in caller.centers if str(center) == named.lower()), None
    )
    if found is None:
        raise NotFound("There is no such service center.", pointer="/service_center")
    return found


def _row(caller: Caller, center: uuid.UUID, new: NewSignal) -> Signal:
    """Write the signal down as it is kept: without what looks like personal data."""
    now = clock.now()
    happened_on = _day(new.occurred_at)
    stated = {"counter": new.counter, "issue_type": new.issue_type, "category": new.category}
    return Signal(
        id=new_id(),
        service_center_id=center,
        principal_id=caller.principal_id,
        source=new.source,
        external_ref=new.external_ref,
        occurred_at=new.occurred_at,
        occurred_on=happened_on,
        period=str(Period.of(happened_on)),
        stated={name: value and masked(value) for name, value in stated.items()},
        text=new.text and masked(new.text),
        rating=new.rating,
        matches={},
        # Of an incident of its own, unless it tells of another one.
        incident_id=new_id(),
        grouped={},
        created_at=now,
        updated_at=now,
    )


def _day(occurred_at: datetime) -> date:
    """Give the day in Shanghai, which an offset may carry over either end of the days that there are."""
    day, today = clock.business_date(occurred_at), clock.today()
    if FIRST_DAY <= day <= today:
        return day
    if day > today:
        code, detail = "date-in-future", f"{day} is after today, {today}."
    else:
        code, detail = "date-too-early", f"{day} is before {FIRST_DAY}."
    remedy = "State the instant at which it happened, with its offset."
    raise Invalid(detail, faults=[Fault("/occurred_at", code, detail, remedy)])


def _check_same(first: Signal, again: Signal) -> None:
    """Compare what is kept: that a number behind the mask differs is not known, and need not be."""
    for pointer, one, other in (
        ("/occurred_at", first.occurred_at, again.occurred_at),
        ("/text", first.text, again.text),
        ("/rating", first.rating, again.rating),
        *((f"/{name}", value, again.stated[name]) for name, value in first.stated.items()),
    ):
        if one != other:
            detail = f"'{first.external_ref}' of {first.source} was sent before, with another {pointer[1:]}."
            raise SignalDiffers(detail, pointer=pointer)


def _match(session: Session, signal: Signal) -> None:
    """Match counter, issue type and contract by the center's own catalogues."""
    center = signal.service_center_id
    counter = _counter(signal.stated["counter"], queries.counters(session, center))
    types = queries.issue_types(session, center)
    by_code = match_named(signal.stated["issue_type"], dict.fromkeys(types, ()))
    names = {code: names for code, (_, names) in types.items()}
    issue_type = (
        by_code if by_code.value else match_named(signal.stated["category"] or signal.stated["issue_type"], names)
    )
    contract = match_contract(map(str, queries.in_service(session, center, signal.occurred_on)))
    signal.counter = counter.value
    signal.issue_type_id = types[issue_type.value][0] if issue_type.value else None
    signal.contract_id = uuid.UUID(contract.value) if contract.value else None
    signal.matches = {
        part: _written(match)
        for part, match in (("counter", counter), ("issue_type", issue_type), ("contract", contract))
    }


def _counter(stated: str | None, catalogue: dict[str, tuple[str, ...]]) -> Match:
    """Match a counter; a center that has entered none names them freely, as its findings do."""
    if stated and not catalogue and len(stated) <= LONGEST_COUNTER:
        return Match(stated, MatchedBy.AS_STATED)
    return match_named(stated, catalogue)


def _written(match: Match) -> dict[str, Any]:
    return asdict(match) | {"candidates": list(match.candidates)}

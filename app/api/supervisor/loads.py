"""Loads (窗口负荷) of a month: what came to each open counter, compared across the center."""

import uuid
from fractions import Fraction
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from app.api.answers import Db, PathPeriod, answer
from app.api.auth import MetricsRead
from app.api.ids import ContractId
from app.api.rooms import centers_room
from app.api.steps import Text
from app.errors import Invalid
from app.features.metrics.comparing import loads
from app.rules.faults import Fault
from app.rules.loads import OPEN_COUNTERS, OVER_AT, QUEUE_MINUTES, UNDER_AT, Comparison, Load, Mark, Suggestion
from app.rules.money import exact
from app.values import Out, Quantity

router = centers_room("metrics", "/contracts/{contract_id}/metrics/{period}")
Exact = Annotated[str | None, Field(description="A decimal, or a fraction where it does not end.", examples=["225"])]
OverAt = Annotated[
    Quantity | None,
    Query(description=f"Mark a place from so many times the median on; left out: {exact(OVER_AT)}.", examples=["1.5"]),
]
UnderAt = Annotated[
    Quantity | None,
    Query(
        description=f"Mark a place at so many times the median or less; left out: {exact(UNDER_AT)}.", examples=["0.5"]
    ),
]


class LoadOut(Out):
    """What came to a place; figures are null where they are not on record."""

    place: Annotated[str, Field(description="`code` of a hall or a counter.")]
    name: str
    work: Annotated[str | None, Field(description="Cases and consultations of the month.")]
    open_counters: str | None
    queue_minutes: str | None
    per_counter: Exact
    per_counter_and_day: Annotated[Exact, Field(description="By each working day of the month's service.")]
    ratio: Annotated[Exact, Field(description="To the median.")]
    mark: Mark
    missing: Annotated[list[str], Field(description="Codes without which its load is not known.")]
    unattended: Annotated[bool, Field(description="Work without any open counter.")]


class SuggestionOut(Out):
    """What the figures imply, and no more: nothing is known of what else keeps a counter from serving another."""

    from_place: str
    to_place: str
    counters: Annotated[int, Field(description="Counters to lend; 0: both places share their work.")]
    from_after: Annotated[str, Field(description="The load by counter that the month's work would then have been.")]
    to_after: str
    text: Text


class ComparisonOut(Out):
    """Halls beside halls, or counters beside counters."""

    level: Annotated[str, Field(description="`counter`, `hall`, or `unregistered`: places that only figures name.")]
    counted: Annotated[list[str], Field(description="Codes of the work that is on record for any of them.")]
    median: Exact
    loads: list[LoadOut]
    suggestions: list[SuggestionOut]


class LoadsOut(Out):
    """A month's loads."""

    contract_id: uuid.UUID
    period: str
    working_days: int
    provisional: Annotated[bool, Field(description="Counted over days that a holiday notice to come may decide.")]
    over: Annotated[str, Field(description="From so many times the median on a place is marked.")]
    under: str
    comparisons: list[ComparisonOut]


@router.get("/loads", response_model=LoadsOut)
def read_loads(
    who: MetricsRead,
    db: Db,
    contract_id: ContractId,
    period: PathPeriod,
    over: OverAt = None,
    under: UnderAt = None,
) -> Response:
    """Compare what a month brought to each open counter of the center, and say what that implies."""
    over_at = OVER_AT if over is None else Fraction(over)
    under_at = UNDER_AT if under is None else Fraction(under)
    if not under_at < 1 < over_at:
        detail = f"Marks lie on either side of the median: {exact(under_at)} and {exact(over_at)} do not."
        pointer = "/query/over" if over_at <= 1 else "/query/under"
        raise Invalid(detail, faults=[Fault(pointer, "mark-outside-scale", detail, "Ask as in under=0.5&over=1.5.")])
    with db.read() as session:
        found = loads(session, who, contract_id, period, over_at, under_at)
    out = LoadsOut(
        contract_id=contract_id,
        period=str(period),
        working_days=found.working_days,
        provisional=found.provisional,
        over=exact(over_at),
        under=exact(under_at),
        comparisons=[_comparison(level, one) for level, one in found.comparisons.items()],
    )
    return answer(out)


def _comparison(level: str, found: Comparison) -> ComparisonOut:
    return ComparisonOut(
        level=level,
        counted=list(found.counted),
        median=_exact(found.median),
        loads=[_load(load) for load in found.loads],
        suggestions=[_suggestion(suggestion) for suggestion in found.suggestions],
    )


def _load(load: Load) -> LoadOut:
    return LoadOut(
        place=load.place.code,
        name=load.place.name,
        work=_exact(load.work),
        open_counters=_exact(load.place.figures.get(OPEN_COUNTERS)),
        queue_minutes=_exact(load.place.figures.get(QUEUE_MINUTES)),
        per_counter=_exact(load.per_counter),
        per_counter_and_day=_exact(load.per_counter_and_day),
        ratio=_exact(load.ratio),
        mark=load.mark,
        missing=list(load.missing),
        unattended=load.unattended,
    )


def _suggestion(found: Suggestion) -> SuggestionOut:
    return SuggestionOut(
        from_place=found.from_place.place.code,
        to_place=found.to_place.place.code,
        counters=found.counters,
        from_after=exact(found.from_after),
        to_after=exact(found.to_after),
        text=Text(zh=found.zh, en=found.en),
    )


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else exact(value)

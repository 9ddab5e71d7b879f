"""Loads (窗口负荷): what a month brought to each open counter, compared across a service center.

The load of a place is its cases and consultations by its open counters. Nothing is estimated: a place that lacks
a figure which others have is named and left out, and one with work and no open counter is named, not divided.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.rules.money import figure

WORK = ("cases_handled", "consultations")
"""What is counted as work of a place."""
OPEN_COUNTERS = "open_counters"
QUEUE_MINUTES = "queue_minutes"
READ = (*WORK, OPEN_COUNTERS, QUEUE_MINUTES)
OVER_AT = Fraction(3, 2)
"""Half as much again as the median is marked, unless the reader asks for another mark."""
UNDER_AT = Fraction(1, 2)
"""Half of the median is marked, unless the reader asks for another mark."""
FEWEST = 2
"""Places that a comparison needs."""


class Mark(StrEnum):
    """How a place stands among the others."""

    OVER = "over"
    UNDER = "under"
    WITHIN = "within"
    NOT_COMPARED = "not_compared"


@dataclass(frozen=True, slots=True)
class Place:
    """A hall or counter with its figures of the month by code."""

    code: str
    name: str
    figures: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Load:
    """What came to a place, by open counter; None where the figures do not say it.

    `unattended` is work without any open counter. `ratio` is to the median of the places compared.
    """

    place: Place
    work: Fraction | None
    per_counter: Fraction | None
    per_counter_and_day: Fraction | None
    ratio: Fraction | None
    mark: Mark
    missing: tuple[str, ...]
    unattended: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the figures imply: so many counters of an idle place for a busy one, or none, and they share their work.

    `from_after` and `to_after` are the loads by counter and month that the same work would then have been.
    """

    from_place: Load
    to_place: Load
    counters: int
    from_after: Fraction
    to_after: Fraction
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The places of one kind beside each other; `counted` are the codes of the work that any of them has."""

    counted: tuple[str, ...]
    median: Fraction | None
    loads: tuple[Load, ...]
    suggestions: tuple[Suggestion, ...]


def compare(
    places: Sequence[Place], working_days: int, over_at: Fraction = OVER_AT, under_at: Fraction = UNDER_AT
) -> Comparison:
    """Compare the places of one kind; those without any figure of work or of open counters are left out."""
    told = [place for place in places if any(code in place.figures for code in (*WORK, OPEN_COUNTERS))]
    counted = tuple(code for code in WORK if any(code in place.figures for place in told))
    found = [_load(place, counted, working_days) for place in told]
    known = [load.per_counter for load in found if load.per_counter is not None]
    median = _median(known) if len(known) >= FEWEST else None
    # Where most places have nothing at all no multiple of it tells anything: then whoever has work has too much.
    none_busy = not any(known)
    loads = tuple(found if none_busy else (_marked(load, median, over_at, under_at) for load in found))
    return Comparison(counted, median, loads, tuple(_suggestions(loads)))


def _load(place: Place, counted: Sequence[str], working_days: int) -> Load:
    missing = tuple(code for code in (*counted, OPEN_COUNTERS) if code not in place.figures)
    # Without any figure of work anywhere there is nothing to compare, whatever is open.
    work = sum((place.figures[code] for code in counted), Fraction()) if counted and not missing else None
    counters = place.figures.get(OPEN_COUNTERS)
    unattended = counters == 0 and any(place.figures.get(code) for code in counted)
    per_counter = work / counters if work is not None and counters else None
    by_day = per_counter / working_days if per_counter is not None and working_days else None
    return Load(place, work, per_counter, by_day, None, Mark.NOT_COMPARED, missing or _no_work(counted), unattended)


def _no_work(counted: Sequence[str]) -> tuple[str, ...]:
    return () if counted else WORK


def _median(values: Sequence[Fraction]) -> Fraction:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _marked(load: Load, median: Fraction | None, over_at: Fraction, under_at: Fraction) -> Load:
    if median is None or load.per_counter is None:
        return load
    ratio = load.per_counter / median if median else None
    if ratio is None:
        mark = Mark.OVER if load.per_counter else Mark.UNDER
    else:
        mark = Mark.OVER if ratio >= over_at else Mark.UNDER if ratio <= under_at else Mark.WITHIN
    return Load(
        load.place, load.work, load.per_counter, load.per_counter_and_day, ratio, mark, load.missing, load.unattended
    )


def _suggestions(loads: Sequence[Load]) -> Iterator[Suggestion]:
    """Pair the busiest places with the idlest ones, each once."""
    busy = sorted((load for load in loads if load.mark is Mark.OVER), key=lambda load: -(load.per_counter or 0))
    idle = sorted((load for load in loads if load.mark is Mark.UNDER), key=lambda load: load.per_counter or Fraction())
    for to_place, from_place in zip(busy, idle, strict=False):
        yield _suggestion(from_place, to_place)


def _suggestion(from_place: Load, to_place: Load) -> Suggestion:
    """Move as many counters as leave the busy place no idler than the other; a place keeps at least one.

    Where that moves none, both share their work: each counter then has the mean of both.
    """
    work_from, work_to = from_place.work or Fraction(), to_place.work or Fraction()
    open_from, open_to = (load.place.figures[OPEN_COUNTERS] for load in (from_place, to_place))
    level = (work_to * open_from - work_from * open_to) / (work_from + work_to)
    counters = max(0, min(int(level), int(open_from - 1)))
    if counters:
        from_after, to_after = work_from / (open_from - counters), work_to / (open_to + counters)
    else:
        from_after = to_after = (work_from + work_to) / (open_from + open_to)
    zh, en = _said(from_place, to_place, counters, (from_after, to_after))
    return Suggestion(from_place, to_place, counters, from_after, to_after, zh, en)


def _said(from_place: Load, to_place: Load, counters: int, after: tuple[Fraction, Fraction]) -> tuple[str, str]:
    giver, taker = from_place.place, to_place.place
    from_after, to_after = (figure(value) for value in after)
    queue = taker.figures.get(QUEUE_MINUTES)
    waits_zh = f"，平均排队{figure(queue)}分钟" if queue is not None else ""
    waits_en = f" and people queue for {figure(queue)} minutes" if queue is not None else ""
    zh = (
        f"“{taker.name}”（{taker.code}）每个开放窗口当月{_month(to_place)}{waits_zh}；"
        f"“{giver.name}”（{giver.code}）每个开放窗口当月{_month(from_place)}。"
    )
    en = f"'{taker.code}' has {_month_en(to_place)}{waits_en}; '{giver.code}' has {_month_en(from_place)}."
    if counters:
        zh += f"可由{giver.code}调配{counters}个窗口至{taker.code}，按当月业务量计为每窗口{to_after}和{from_after}。"
        en += (
            f" {counters} counter(s) of {giver.code} could serve {taker.code}: by the month's work {to_after} and "
            f"{from_after} for each counter."
        )
    else:
        zh += f"可由{giver.code}分担{taker.code}的业务，按当月业务量计为每窗口{to_after}。"
        en += f" {giver.code} could share the work of {taker.code}: by the month's work {to_after} for each counter."
    return zh, en


def _month(load: Load) -> str:
    by_day = f"（每工作日{figure(load.per_counter_and_day)}件次）" if load.per_counter_and_day is not None else ""
    return f"{figure(load.per_counter or 0)}件次{by_day}"


def _month_en(load: Load) -> str:
    by_day = f" ({figure(load.per_counter_and_day)} on each working day)" if load.per_counter_and_day else ""
    return f"{figure(load.per_counter or 0)} cases and consultations for each open counter{by_day}"

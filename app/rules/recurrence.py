"""Repeat offences: one issue so often in a window that the terms call it repeated (domain.md section 6).

Whatever the window, an occurrence counts from the day it happens until the day it *leaves*: the day after its year,
the day a trailing window has moved past it, the day after a whole month without another one. An offence is followed
through the days on which one happens, leaves or is withdrawn; between them nothing changes, and what is found on a day
depends on no later one. So whoever asks every night ends where one question at the end does.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import NamedTuple

from app.rules.periods import Period, add_months, contract_year_start
from app.rules.repeat_rules import CountBy, RepeatRule, Scope, Window, WindowKind

_ONE_DAY = timedelta(days=1)
_NEVER_THE_SAME_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One finding of the issue; `counter` is None where it is not known.

    It counts from `occurred_on` and, once withdrawn by an upheld appeal, no longer from `withdrawn_on` on. `at_least`
    says that the source speaks of at least this one, so that there may be more than were recorded.
    """

    finding_id: str
    occurred_on: date
    counter: str | None
    withdrawn_on: date | None = None
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Offence:
    """A repeat offence, or its `early` state, in which one more reaches the threshold; days are inclusive.

    `window_key` and `counter` (None where the scope is the issue type) name it for good; all else may change by the
    day. A window that is no year begins on the day of the first occurrence counted, or with that day's period, and its
    `window_to` is None until it has ended. `since` is the day the threshold was reached; in the early state it is
    `early_since`, the day it was one short, which is None where the threshold is 1. `until` is the last day on which
    this held, or the day on which a withdrawal has `undone` it, and None while it is open; `count` and `occurrences`
    stay as they were then.
    """

    window_key: str
    counter: str | None
    window_from: date
    window_to: date | None
    early: bool
    early_since: date | None
    since: date
    until: date | None
    count: int
    at_least: bool
    threshold: int
    occurrences: tuple[Occurrence, ...]
    undone: bool
    turns_on: date | None = field(default=None, compare=False)
    """The next day on which an occurrence no longer counts, if nothing is recorded until then."""


def repeat_offences(
    occurrences: Iterable[Occurrence],
    rule_for: Callable[[Occurrence], RepeatRule | None],
    starts_on: date,
    ends_on: date,
    as_of: date,
) -> tuple[Offence, ...]:
    """Follow one contract's occurrences of one issue type, in any order, up to `as_of`; ordered by key and counter.

    The contract runs from `starts_on` to `ends_on`, its last day or the day it was closed on: what happened outside it
    is not counted, and what is open then ends with it. Each occurrence is judged in its turn, by date and finding, by
    the rule (without faults) that `rule_for` gives it; where that is None it does not count at all. So a rule amended
    in mid-window judges what happens under it, and counts what came before. An occurrence at an unknown counter cannot
    be said to be at the same counter as another, so it is not judged where that matters.

    Facts after `as_of` are not seen, and a key that is given for one day is given for every later one.
    """
    known = sorted(
        (_as_known(one, as_of) for one in occurrences if starts_on <= one.occurred_on <= min(ends_on, as_of)),
        key=lambda one: (one.occurred_on, one.finding_id),
    )
    judged = [(one, rule, _tally(one, rule, starts_on, ends_on)) for one in known if (rule := rule_for(one))]
    offences: list[Offence] = []
    for tally in {tally for _, _, tally in judged if tally}:
        stays = [
            _Stay(one, tally.leaves(one.occurred_on), rule if its_own == tally else None)
            for one, rule, its_own in judged
            if tally.counts(one)
        ]
        offences += _follow(tally, stays, as_of)
    return tuple(sorted(offences, key=lambda offence: (offence.window_key, offence.counter or "")))


def _as_known(occurrence: Occurrence, as_of: date) -> Occurrence:
    """Give the occurrence as it was known on a day: not yet withdrawn by a later appeal."""
    withdrawn_on = occurrence.withdrawn_on
    return replace(occurrence, withdrawn_on=None) if withdrawn_on and withdrawn_on > as_of else occurrence


@dataclass(frozen=True, slots=True)
class _Stay:
    """An occurrence in a tally, the first day it no longer counts there, and the rule if it is judged there as well."""

    occurrence: Occurrence
    leaves: date
    rule: RepeatRule | None

    def days(self) -> set[date]:
        """Give the days on which it can change what is counted."""
        withdrawn_on = self.occurrence.withdrawn_on
        return {self.occurrence.occurred_on, self.leaves} | ({withdrawn_on} if withdrawn_on else set())


class _Year(NamedTuple):
    """One year of the calendar or of the contract, which ends with the contract."""

    key: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class _Tally:
    """What is counted together: in a trailing window or in one `year`; at one counter, or anywhere for None."""

    window: Window
    counter: str | None
    year: _Year | None
    ends_on: date

    def counts(self, occurrence: Occurrence) -> bool:
        """Tell whether an occurrence belongs here, be it judged here or not."""
        here = self.counter is None or occurrence.counter == self.counter
        return here and (self.year is None or self.year.first_day <= occurrence.occurred_on <= self.year.last_day)

    def leaves(self, day: date) -> date:
        """Give the first day on which one of `day` no longer counts; in a row, if the next period brings no other."""
        month, length = day.replace(day=1), self.window.length or 0
        if self.year:
            leaves = self.year.last_day + _ONE_DAY
        elif self.window.kind is WindowKind.ROLLING_MONTHS:
            leaves = add_months(day, length)
            # In a month without that day, it still counts on the last one: 31 January plus 1 month is 1 March.
            leaves = leaves if leaves.day == day.day else add_months(month, length + 1)
        elif self.window.kind is WindowKind.ANY_PERIODS:
            leaves = add_months(month, length)
        else:
            leaves = add_months(month, 2)
        return min(leaves, self.ends_on + _ONE_DAY)

    def counted(self, remaining: Sequence[_Stay], day: date) -> Sequence[_Stay]:
        """Give those of the remaining ones, which come by their days, that count on a day."""
        begun = bisect_right(remaining, day, key=lambda stay: stay.occurrence.occurred_on)
        if self.window.kind is not WindowKind.PERIODS_IN_A_ROW:
            # Who comes earlier leaves no later.
            return remaining[bisect_right(remaining, day, hi=begun, key=lambda stay: stay.leaves) : begun]
        return self._row(remaining[:begun], day)

    @staticmethod
    def _row(begun: Sequence[_Stay], day: date) -> Sequence[_Stay]:
        # Another one in the next period keeps all before it; one that comes later finds them gone.
        cuts = [n for n, (one, other) in enumerate(pairwise(begun), 1) if one.leaves <= other.occurrence.occurred_on]
        run = begun[cuts[-1] :] if cuts else begun
        return run if run and day < run[-1].leaves else ()

    def begun_with(self, first: date) -> tuple[str, date]:
        """Give the key and the first day of a window in which the first one counted is of the day `first`."""
        match self.window:
            case _ if self.year:
                return self.year.key, self.year.first_day
            case Window(WindowKind.ROLLING_MONTHS, length):
                return f"rolling:{length}:{first}", first
            case Window(WindowKind.ANY_PERIODS, length):
                return f"periods:{length}:{first}", first.replace(day=1)
            case _:
                return f"run:{Period.of(first)}", first.replace(day=1)


def _tally(occurrence: Occurrence, rule: RepeatRule, starts_on: date, ends_on: date) -> _Tally | None:
    """Give the tally that an occurrence is judged in; None where its counter would have to be known."""
    by_counter = rule.scope is Scope.ISSUE_TYPE_AND_COUNTER
    if by_counter and occurrence.counter is None:
        return None
    day, year = occurrence.occurred_on, None
    if rule.window.kind is WindowKind.CALENDAR_YEAR:
        year = _Year(str(day.year), date(day.year, 1, 1), min(date(day.year, 12, 31), ends_on))
    elif rule.window.kind is WindowKind.CONTRACT_YEAR:
        first_day = contract_year_start(starts_on, day)
        next_year = contract_year_start(starts_on, first_day + _NEVER_THE_SAME_YEAR)
        year = _Year(str(first_day), first_day, min(next_year - _ONE_DAY, ends_on))
    return _Tally(rule.window, occurrence.counter if by_counter else None, year, ends_on)


def _height(offence: Offence | None) -> int:
    """Give 2 for an offence, 1 for its early state, 0 for nothing."""
    if offence is None:
        return 0
    return 1 if offence.early else 2


def _follow(tally: _Tally, stays: Sequence[_Stay], as_of: date) -> Iterable[Offence]:
    """Follow what is counted together to a day; where nothing is withdrawn of a year under one rule, all at once."""
    rule = stays[0].rule
    plain = all(stay.rule == rule and stay.occurrence.withdrawn_on is None for stay in stays)
    if tally.year is None or rule is None or not plain:
        return follow_by_days(tally, stays, as_of)
    found = _in_year(tally, rule, stays)
    if found is None:
        return ()
    leaves = stays[0].leaves
    return (found,) if leaves > as_of else (_ended(found, leaves, undone=False),)


def _in_year(tally: _Tally, rule: RepeatRule, stays: Sequence[_Stay]) -> Offence | None:
    """Say what a year comes to in which occurrences only come, each judged by the same rule.

    It stands from the day on which the count was one short, and from then on it only grows.
    """
    reached: dict[int, date] = {}
    periods: set[tuple[int, int]] = set()
    for number, stay in enumerate(stays, 1):
        day = stay.occurrence.occurred_on
        periods.add((day.year, day.month))
        reached.setdefault(len(periods) if rule.count is CountBy.PERIODS else number, day)
    total = max(reached)
    if total < rule.threshold - 1:
        return None
    announced = reached[rule.threshold - 1] if rule.threshold > 1 else None
    found = _judge(tally, stays, stays[-1].occurrence.occurred_on)
    since = reached.get(rule.threshold, announced)
    if found is None or since is None:
        return None
    return replace(found, since=since, early_since=announced)


def follow_by_days(tally: _Tally, stays: Sequence[_Stay], as_of: date) -> Iterable[Offence]:
    """Walk through the days on which something changes, and keep each offence as the last of them left it.

    An episode, the days on end on which something stands and at least one occurrence stays from day to day, keeps the
    key it began with. What has ended comes back under its key only as high as it stood: an offence when the threshold
    is reached again, and an early state also before.
    """
    days = sorted({day for stay in stays for day in stay.days() if day <= as_of})
    withdrawals = sorted({stay.occurrence.withdrawn_on for stay in stays if stay.occurrence.withdrawn_on})
    book: dict[str, Offence] = {}
    key, before = "", None
    for _, same in groupby(days, key=lambda day: bisect_right(withdrawals, day)):
        stretch = list(same)
        remaining = _not_withdrawn(stays, stretch[0])
        standing = dict(_standing(tally, remaining, days))
        for day in stretch:
            found = standing.get(day)
            stood = book.get(key)
            if stood and stood.until is None and not _upholds(found, stood):
                without_withdrawals_today = _judge(
                    tally, tally.counted(_not_withdrawn(stays, day - _ONE_DAY), day), day
                )
                book[key] = _ended(stood, day, undone=_upholds(without_withdrawals_today, stood))
            if found:
                key = key if _goes_on(found, before) else found.window_key
                if _height(found) >= _height(book.get(key)):
                    book[key] = found if found.window_key == key else replace(found, window_key=key)
            before = found
    return book.values()


def _upholds(found: Offence | None, stood: Offence) -> bool:
    return _goes_on(found, stood) and _height(found) >= _height(stood)


def _goes_on(found: Offence | None, before: Offence | None) -> bool:
    """Tell whether what is found belongs to the same episode as what was found before: they share an occurrence."""
    if found is None or before is None:
        return False
    # Mostly the first one is still the same; only where it is not do all of them have to be looked at.
    return found.occurrences[0] is before.occurrences[0] or not set(found.occurrences).isdisjoint(before.occurrences)


def _not_withdrawn(stays: Iterable[_Stay], day: date) -> list[_Stay]:
    return [stay for stay in stays if stay.occurrence.withdrawn_on is None or day < stay.occurrence.withdrawn_on]


def _ended(offence: Offence, day: date, *, undone: bool) -> Offence:
    """End an offence on the day that it no longer stands: by that day's withdrawals, or with the day before."""
    until = day if undone else day - _ONE_DAY
    return replace(offence, until=until, window_to=offence.window_to or until, undone=undone)


def _standing(tally: _Tally, remaining: Sequence[_Stay], days: Iterable[date]) -> Iterator[tuple[date, Offence]]:
    """Give what stands on each day and since when, as if only the remaining occurrences had ever been recorded."""
    early_since = since = before = None
    fewest = min((stay.rule.threshold for stay in remaining if stay.rule), default=0) - 1
    for day in days:
        counted = tally.counted(remaining, day)
        # No turn makes more than there are; on most days they are too few, and need not be gone through.
        found = _judge(tally, counted, day) if len(counted) >= fewest else None
        if not _goes_on(found, before):
            early_since = since = None
        early_since = early_since or day
        since = (since or day) if found and not found.early else None
        if found:
            announced = early_since if found.threshold > 1 else None
            yield day, replace(found, since=since or early_since, early_since=announced)
        before = found


def _judge(tally: _Tally, counted: Sequence[_Stay], day: date) -> Offence | None:
    """Say what stands on a day: the turn that got furthest decides, the latest says how many there are."""
    turns = list(_turns(counted))
    furthest = max(turns, key=lambda turn: min(turn.total - turn.threshold, 0), default=None)
    if furthest is None or furthest.total < furthest.threshold - 1:
        return None
    listed = tuple(stay.occurrence for stay in counted[: turns[-1].number])
    key, window_from = tally.begun_with(listed[0].occurred_on)
    return Offence(
        window_key=key,
        counter=tally.counter,
        window_from=window_from,
        window_to=tally.year and tally.year.last_day,
        early=furthest.total < furthest.threshold,
        early_since=day,
        since=day,
        until=None,
        count=turns[-1].total,
        at_least=any(occurrence.at_least for occurrence in listed),
        threshold=furthest.threshold,
        occurrences=listed,
        undone=False,
        turns_on=min((stay.leaves for stay in counted if stay.leaves > day), default=None),
    )


class _Turn(NamedTuple):
    """One occurrence judged: its number among those counted, the total that makes by its rule, and the threshold."""

    number: int
    total: int
    threshold: int


def _turns(counted: Iterable[_Stay]) -> Iterator[_Turn]:
    periods: set[tuple[int, int]] = set()
    for number, stay in enumerate(counted, 1):
        periods.add((stay.occurrence.occurred_on.year, stay.occurrence.occurred_on.month))
        if stay.rule:
            total = len(periods) if stay.rule.count is CountBy.PERIODS else number
            yield _Turn(number, total, stay.rule.threshold)

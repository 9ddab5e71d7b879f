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
from functools import cache
from itertools import groupby
from typing import NamedTuple

from app.rules.repeat_rules import CountBy, RepeatRule, Scope, WindowKind
from app.rules.tallies import Occurrence, Stay, Tally

_ONE_DAY = timedelta(days=1)


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
    judged = list(_judged(known, rule_for, starts_on, ends_on))
    offences: list[Offence] = []
    for tally in {tally for _, _, tally in judged if tally}:
        stays = [
            Stay(one, tally.leaves(one.occurred_on), rule if its_own is tally else None)
            for one, rule, its_own in judged
            if its_own is tally or tally.counts(one)
        ]
        offences += _follow(tally, stays, as_of)
    return tuple(sorted(offences, key=lambda offence: (offence.window_key, offence.counter or "")))


def _as_known(occurrence: Occurrence, as_of: date) -> Occurrence:
    """Give the occurrence as it was known on a day: not yet withdrawn by a later appeal."""
    withdrawn_on = occurrence.withdrawn_on
    return replace(occurrence, withdrawn_on=None) if withdrawn_on and withdrawn_on > as_of else occurrence


def _judged(
    known: Iterable[Occurrence],
    rule_for: Callable[[Occurrence], RepeatRule | None],
    starts_on: date,
    ends_on: date,
) -> Iterator[tuple[Occurrence, RepeatRule, Tally | None]]:
    """Give those that count at all, each with its rule and its tally; None where its counter would have to be known."""
    # Of what is counted together there is one tally, however many rules judge in it.
    tally = cache(lambda window, counter, first_day: Tally.of(window, counter, first_day, starts_on, ends_on))
    for rule, same in groupby(known, key=rule_for):
        if rule is None:
            continue
        window, by_counter = rule.window, rule.scope is Scope.ISSUE_TYPE_AND_COUNTER
        for one in same:
            counter = one.counter if by_counter else None
            unknown = by_counter and counter is None
            first_day = window.year_start(starts_on, one.occurred_on)
            yield one, rule, None if unknown else tally(window, counter, first_day)


def _follow(tally: Tally, stays: Sequence[Stay], as_of: date) -> Iterable[Offence]:
    """Follow what is counted together to a day; where nothing is withdrawn of a year under one rule, all at once."""
    rule = _one_rule(stays)
    if tally.year is None or rule is None or any(stay.occurrence.withdrawn_on for stay in stays):
        return follow_by_days(tally, stays, as_of)
    found = _in_year(rule, stays)
    if found is None:
        return ()
    leaves = stays[0].leaves
    return (_offence(tally, tally.year.key, found if leaves > as_of else _ended(found, leaves, undone=False)),)


def _one_rule(stays: Sequence[Stay]) -> RepeatRule | None:
    """Give the rule that judges all of them; None where there are several, or some only count."""
    rule = stays[0].rule if stays else None
    return rule if all(stay.rule is rule for stay in stays) else None


class _Found(NamedTuple):
    """What stands on a day: the first `number` of those counted then have come to `total`; the rest as of `Offence`."""

    day: date
    counted: Sequence[Stay]
    number: int
    total: int
    threshold: int
    early: bool
    early_since: date | None
    since: date
    until: date | None = None
    undone: bool = False

    @property
    def listed(self) -> Sequence[Stay]:
        """Give those that make it up."""
        return self.counted[: self.number]


def _offence(tally: Tally, key: str, found: _Found) -> Offence:
    """Write down what was found last under a key."""
    listed = tuple(stay.occurrence for stay in found.listed)
    return Offence(
        window_key=key,
        counter=tally.counter,
        window_from=tally.window_from(listed[0].occurred_on),
        window_to=tally.year.last_day if tally.year else found.until,
        early=found.early,
        early_since=found.early_since,
        since=found.since,
        until=found.until,
        count=found.total,
        at_least=any(occurrence.at_least for occurrence in listed),
        threshold=found.threshold,
        occurrences=listed,
        undone=found.undone,
        turns_on=min((stay.leaves for stay in found.counted if stay.leaves > found.day), default=None),
    )


def _in_year(rule: RepeatRule, stays: Sequence[Stay]) -> _Found | None:
    """Say what a year comes to in which occurrences only come, each judged by the same rule.

    It stands from the day on which the count was one short, and from then on it only grows.
    """
    reached, threshold = _reached(rule, stays), rule.threshold
    total = len(reached)
    if total < threshold - 1:
        return None
    announced = reached[threshold - 2] if threshold > 1 else None
    since = announced if announced and total < threshold else reached[threshold - 1]
    day = stays[-1].occurrence.occurred_on
    return _Found(day, stays, len(stays), total, threshold, total < threshold, announced, since)


def _reached(rule: RepeatRule, stays: Iterable[Stay]) -> list[date]:
    """Give the days on which the count by a rule reached 1, 2, 3 and so on."""
    days = [stay.occurrence.occurred_on for stay in stays]
    if rule.count is CountBy.OCCURRENCES:
        return days
    return [next(same) for _, same in groupby(days, key=_month)]


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


class _Remaining:
    """Those that are not withdrawn, by their days: tells which of them count on a day."""

    def __init__(self, tally: Tally, stays: Iterable[Stay], day: date) -> None:
        """Leave out what is withdrawn by a day."""
        self.stays = [
            stay for stay in stays if not (stay.occurrence.withdrawn_on and stay.occurrence.withdrawn_on <= day)
        ]
        self._days = [stay.occurrence.occurred_on for stay in self.stays]
        self._leaves = [stay.leaves for stay in self.stays]
        self._in_a_row = tally.window.kind is WindowKind.PERIODS_IN_A_ROW
        self._rule = _one_rule(self.stays)
        # No turn makes more than there are; on most days they are too few, and need not be gone through.
        self._fewest = min((stay.rule.threshold for stay in self.stays if stay.rule), default=0) - 1

    def judge(self, day: date) -> _Found | None:
        """Say what stands on a day: the turn that got furthest decides, the latest says how many there are."""
        counted = self._counted(day)
        if not counted or len(counted) < self._fewest:
            return None
        rule = self._rule
        if rule is not None:
            # Where one rule judges all, the latest turn is the one that got furthest.
            turns = [_Turn(len(counted), len(_reached(rule, counted)), rule.threshold)]
        else:
            turns = list(_turns(counted))
        furthest = max(turns, key=lambda turn: min(turn.total - turn.threshold, 0), default=None)
        if furthest is None or furthest.total < furthest.threshold - 1:
            return None
        number, total, _ = turns[-1]
        early = furthest.total < furthest.threshold
        return _Found(day, counted, number, total, furthest.threshold, early, day, day)

    def _counted(self, day: date) -> Sequence[Stay]:
        begun = bisect_right(self._days, day)
        if not self._in_a_row:
            # Who comes earlier leaves no later.
            return self.stays[bisect_right(self._leaves, day, hi=begun) : begun]
        return self._row(begun, day)

    def _row(self, begun: int, day: date) -> Sequence[Stay]:
        # Another one in the next period keeps all before it; one that comes later finds them gone.
        cuts = [n for n in range(1, begun) if self._leaves[n - 1] <= self._days[n]]
        run = self.stays[cuts[-1] if cuts else 0 : begun]
        return run if run and day < run[-1].leaves else ()


def follow_by_days(tally: Tally, stays: Sequence[Stay], as_of: date) -> Iterable[Offence]:
    """Walk through the days on which something changes, and keep each offence as the last of them left it.

    An episode, the days on end on which something stands and at least one occurrence stays from day to day, keeps the
    key it began with. What has ended comes back under its key only as high as it stood: an offence when the threshold
    is reached again, and an early state also before.
    """
    days = sorted({day for stay in stays for day in stay.days() if day <= as_of})
    withdrawals = sorted({stay.occurrence.withdrawn_on for stay in stays if stay.occurrence.withdrawn_on})
    book: dict[str, _Found] = {}
    key, before = "", None
    for _, same in groupby(days, key=lambda day: bisect_right(withdrawals, day)):
        stretch = list(same)
        standing = dict(_standing(_Remaining(tally, stays, stretch[0]), days))
        for day in stretch:
            found = standing.get(day)
            stood = book.get(key)
            if stood and stood.until is None and not _upholds(found, stood):
                without_withdrawals_today = _Remaining(tally, stays, day - _ONE_DAY).judge(day)
                book[key] = _ended(stood, day, undone=_upholds(without_withdrawals_today, stood))
            if found:
                key = key if _goes_on(found, before) else tally.key(found.counted[0].occurrence.occurred_on)
                if _height(found) >= _height(book.get(key)):
                    book[key] = found
            before = found
    return [_offence(tally, key, found) for key, found in book.items()]


def _height(found: _Found | None) -> int:
    """Give 2 for an offence, 1 for its early state, 0 for nothing."""
    if found is None:
        return 0
    return 1 if found.early else 2


def _upholds(found: _Found | None, stood: _Found) -> bool:
    return _goes_on(found, stood) and _height(found) >= _height(stood)


def _goes_on(found: _Found | None, before: _Found | None) -> bool:
    """Tell whether what is found belongs to the same episode as what was found before: they share an occurrence."""
    if found is None or before is None:
        return False
    # Mostly the first one is still the same; only where it is not do all of them have to be looked at.
    return found.counted[0] is before.counted[0] or not set(found.listed).isdisjoint(before.listed)


def _ended(found: _Found, day: date, *, undone: bool) -> _Found:
    """End an offence on the day that it no longer stands: by that day's withdrawals, or with the day before."""
    return found._replace(until=day if undone else day - _ONE_DAY, undone=undone)


def _standing(remaining: _Remaining, days: Iterable[date]) -> Iterator[tuple[date, _Found]]:
    """Give what stands on each day and since when, as if only the remaining occurrences had ever been recorded."""
    early_since = since = before = None
    for day in days:
        found = remaining.judge(day)
        if not _goes_on(found, before):
            early_since = since = None
        early_since = early_since or day
        since = (since or day) if found and not found.early else None
        if found:
            announced = early_since if found.threshold > 1 else None
            yield day, found._replace(since=since or early_since, early_since=announced)
        before = found


class _Turn(NamedTuple):
    """One occurrence judged: its number among those counted, the total that makes by its rule, and the threshold."""

    number: int
    total: int
    threshold: int


def _turns(counted: Iterable[Stay]) -> Iterator[_Turn]:
    periods: set[tuple[int, int]] = set()
    for number, stay in enumerate(counted, 1):
        periods.add((stay.occurrence.occurred_on.year, stay.occurrence.occurred_on.month))
        if stay.rule:
            total = len(periods) if stay.rule.count is CountBy.PERIODS else number
            yield _Turn(number, total, stay.rule.threshold)

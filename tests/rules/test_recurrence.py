"""Repeat offences: the table, and what holds for every series of occurrences, withdrawals and rules."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.periods import Period, add_months, contract_year_start
from app.rules.recurrence import Offence, repeat_offences
from app.rules.repeat_rules import (
    CountBy,
    RepeatRule,
    Scope,
    Window,
    WindowKind,
    check_repeat_rule,
    years_within_reach,
)
from app.rules.tallies import Occurrence
from tests.rules.tables import Case, cases

RuleFor = Callable[[Occurrence], RepeatRule | None]
Key = tuple[str, str | None]

ONE_DAY = timedelta(days=1)


def rule_of(columns: Case | None) -> RepeatRule | None:
    if columns is None:
        return None
    window = Window(WindowKind(columns.get("window", "calendar_year")), columns.get("length"))
    count, scope = CountBy(columns.get("count", "occurrences")), Scope(columns.get("scope", "issue_type"))
    return RepeatRule(columns.get("threshold", 3), window, count, scope)


def occurrence_of(number: int, cell: date | str | Case) -> Occurrence:
    match cell:
        case date():
            return Occurrence(str(number), cell, None)
        case str():
            day, counter = cell.split()
            return Occurrence(str(number), date.fromisoformat(day), counter)
    return Occurrence(str(number), cell["day"], None, cell.get("withdrawn"), at_least=cell.get("at_least", False))


def occurrences_of(case: Case) -> list[Occurrence]:
    return [occurrence_of(number, cell) for number, cell in enumerate(case["occurred"], 1)]


def evaluate(case: Case, as_of: date) -> tuple[Offence, ...]:
    rule, amended = rule_of(case.get("rule", {})), case.get("amended")
    starts_on, ends_on = case.get("contract", (date(2023, 1, 1), date(2024, 12, 31)))

    def rule_for(occurrence: Occurrence) -> RepeatRule | None:
        return rule_of(amended["rule"]) if amended and occurrence.occurred_on >= amended["from"] else rule

    return repeat_offences(occurrences_of(case), rule_for, starts_on, ends_on, as_of)


def columns_of(offence: Offence) -> dict[str, object]:
    return {
        "key": offence.window_key,
        "counter": offence.counter,
        "from": offence.window_from,
        "to": offence.window_to,
        "early": offence.early,
        "early_since": offence.early_since,
        "since": offence.since,
        "until": offence.until,
        "count": offence.count,
        "at_least": offence.at_least,
        "threshold": offence.threshold,
        "findings": " ".join(occurrence.finding_id for occurrence in offence.occurrences),
        "undone": offence.undone,
    }


def by_key(offences: Iterable[Offence]) -> dict[Key, Offence]:
    return {(offence.window_key, offence.counter): offence for offence in offences}


@pytest.mark.parametrize("case", cases("repeat_offences", "offences"))
def test_offences(case: Case) -> None:
    found = [columns_of(offence) for offence in evaluate(case, case["as_of"])]
    assert len(found) == len(case["offences"])
    shown = [{name: row[name] for name in wanted} for row, wanted in zip(found, case["offences"], strict=True)]
    assert shown == case["offences"]


@pytest.mark.parametrize("case", cases("repeat_offences", "offences"))
def test_every_night_in_turn_ends_where_one_question_does(case: Case) -> None:
    register: dict[Key, Offence] = {}
    night = min((occurrence.occurred_on for occurrence in occurrences_of(case)), default=case["as_of"])
    while night <= case["as_of"]:
        register |= by_key(evaluate(case, night))
        night += ONE_DAY
    assert register == by_key(evaluate(case, case["as_of"]))


@pytest.mark.parametrize("case", cases("repeat_offences", "checks"))
def test_checks(case: Case) -> None:
    rule = rule_of(case["rule"])
    assert rule
    faults = check_repeat_rule(rule)
    assert [[fault.pointer, fault.code] for fault in faults] == case["faults"]
    assert all(fault.detail and fault.remedy for fault in faults)


# A contract over two years' ends, so short that everything meets everything: its edges, month ends and year ends.
STARTS_ON, ENDS_ON = date(2023, 10, 16), date(2024, 4, 20)
DAYS = st.dates(STARTS_ON - timedelta(days=5), ENDS_ON + timedelta(days=5)) | st.sampled_from(
    [date(2023, 12, 30), date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 1)]
)
AS_OF = st.dates(STARTS_ON, ENDS_ON + timedelta(days=40))
FACTS = st.tuples(DAYS, st.sampled_from([None, "A-07", "A-08"]), st.none() | st.integers(0, 70), st.booleans())
OCCURRENCES = st.lists(FACTS, max_size=9).map(
    lambda facts: [
        Occurrence(str(number), day, counter, None if lag is None else day + timedelta(days=lag), at_least)
        for number, (day, counter, lag, at_least) in enumerate(facts)
    ]
)
WINDOWS = st.sampled_from(
    [
        Window(WindowKind.CALENDAR_YEAR),
        Window(WindowKind.CONTRACT_YEAR),
        Window(WindowKind.ROLLING_MONTHS, 1),
        Window(WindowKind.ROLLING_MONTHS, 2),
        Window(WindowKind.ANY_PERIODS, 1),
        Window(WindowKind.ANY_PERIODS, 3),
        Window(WindowKind.PERIODS_IN_A_ROW),
    ]
)
RULES = st.builds(RepeatRule, st.integers(1, 4), WINDOWS, st.sampled_from(CountBy), st.sampled_from(Scope)).filter(
    lambda rule: not check_repeat_rule(rule)
)
AMENDED = st.tuples(st.none() | RULES, DAYS, st.none() | RULES)


def amended_rule(terms: tuple[RepeatRule | None, date, RepeatRule | None]) -> RuleFor:
    before, amended_on, after = terms
    return lambda occurrence: before if occurrence.occurred_on < amended_on else after


RULE_FOR = AMENDED.map(amended_rule) | RULES.map(lambda rule: lambda _occurrence: rule)


def offences_on(day: date, occurrences: Iterable[Occurrence], rule_for: RuleFor) -> tuple[Offence, ...]:
    return repeat_offences(occurrences, rule_for, STARTS_ON, ENDS_ON, day)


def active(occurrences: Iterable[Occurrence], day: date) -> list[Occurrence]:
    return [
        occurrence
        for occurrence in occurrences
        if STARTS_ON <= occurrence.occurred_on <= min(day, ENDS_ON)
        and (occurrence.withdrawn_on is None or occurrence.withdrawn_on > day)
    ]


@given(OCCURRENCES, RULE_FOR, st.lists(AS_OF, max_size=12), AS_OF)
def test_nights_in_turn_end_where_one_question_does(
    occurrences: list[Occurrence], rule_for: RuleFor, nights: list[date], as_of: date
) -> None:
    register: dict[Key, Offence] = {}
    for night in sorted({*(night for night in nights if night <= as_of), as_of}):
        register |= by_key(offences_on(night, occurrences, rule_for))
    assert register == by_key(offences_on(as_of, occurrences, rule_for))


@given(OCCURRENCES, AMENDED, AS_OF)
def test_years_out_of_reach_change_nothing(
    occurrences: list[Occurrence], terms: tuple[RepeatRule | None, date, RepeatRule | None], as_of: date
) -> None:
    """A night reads the findings of the years within reach alone, the withdrawn ones too, and loses nothing."""
    days = sorted(one.occurred_on for one in occurrences if one.occurred_on <= as_of)
    rules = {rule for rule in (terms[0], terms[2]) if rule is not None}
    near = {year for rule in rules for year in years_within_reach(rule, days)}
    read = [one for one in occurrences if one.occurred_on.year in near]
    assert offences_on(as_of, read, amended_rule(terms)) == offences_on(as_of, occurrences, amended_rule(terms))


@given(OCCURRENCES.flatmap(st.permutations), RULE_FOR, AS_OF)
def test_the_order_of_recording_does_not_matter(shuffled: list[Occurrence], rule_for: RuleFor, as_of: date) -> None:
    recorded = sorted(shuffled, key=lambda occurrence: occurrence.finding_id)
    assert offences_on(as_of, shuffled, rule_for) == offences_on(as_of, recorded, rule_for)


@given(OCCURRENCES, RULE_FOR, AS_OF)
def test_facts_after_the_day_are_not_seen(occurrences: list[Occurrence], rule_for: RuleFor, as_of: date) -> None:
    known = [
        replace(one, withdrawn_on=None) if one.withdrawn_on and one.withdrawn_on > as_of else one
        for one in occurrences
        if one.occurred_on <= as_of
    ]
    assert offences_on(as_of, occurrences, rule_for) == offences_on(as_of, known, rule_for)


@given(OCCURRENCES, RULE_FOR, AS_OF)
def test_offences_are_well_formed(occurrences: list[Occurrence], rule_for: RuleFor, as_of: date) -> None:
    found = offences_on(as_of, occurrences, rule_for)
    assert len(by_key(found)) == len(found)
    for offence in found:
        assert STARTS_ON <= (offence.early_since or offence.since) <= offence.since <= (offence.until or as_of) <= as_of
        assert (offence.since == offence.early_since) or not offence.early
        assert (offence.early_since is None) is (offence.threshold == 1)
        assert offence.until or not offence.undone
        assert offence.until or as_of <= ENDS_ON
        assert offence.since in {one.occurred_on for one in occurrences}
        assert offence.window_from <= offence.occurrences[0].occurred_on
        assert offence.window_to is None or offence.since <= offence.window_to <= ENDS_ON
        assert list(offence.occurrences) == sorted(
            offence.occurrences, key=lambda one: (one.occurred_on, one.finding_id)
        )
        assert offence.at_least is any(one.at_least for one in offence.occurrences)


@given(OCCURRENCES, RULE_FOR, AS_OF, AS_OF)
def test_a_year_that_has_ended_is_history(
    occurrences: list[Occurrence], rule_for: RuleFor, one: date, other: date
) -> None:
    earlier, later = sorted((one, other))
    at_the_end = by_key(offences_on(later, occurrences, rule_for))
    for key, offence in by_key(offences_on(earlier, occurrences, rule_for)).items():
        if offence.window_to and offence.window_to < earlier and ":" not in offence.window_key:
            assert [one.finding_id for one in at_the_end[key].occurrences] == [
                one.finding_id for one in offence.occurrences
            ]
            assert replace(at_the_end[key], occurrences=()) == replace(offence, occurrences=())


@given(OCCURRENCES, RULE_FOR, AS_OF)
def test_fewer_occurrences_than_any_early_state_needs_produce_nothing(
    occurrences: list[Occurrence], rule_for: RuleFor, as_of: date
) -> None:
    # By this the nightly statement narrows: it counts all, withdrawn ones too, and wherever they happened.
    seen = [occurrence for occurrence in occurrences if occurrence.occurred_on <= as_of]
    thresholds = [rule.threshold for occurrence in seen if (rule := rule_for(occurrence))]
    if len(seen) < max(min(thresholds, default=1) - 1, 1):
        assert offences_on(as_of, occurrences, rule_for) == ()


@given(OCCURRENCES, RULE_FOR, AS_OF)
def test_what_is_open_is_as_if_the_withdrawn_had_never_been(
    occurrences: list[Occurrence], rule_for: RuleFor, as_of: date
) -> None:
    remaining = active(occurrences, as_of)
    found, without = (
        [replace(one, window_key="") for one in offences_on(as_of, facts, rule_for) if one.until is None]
        for facts in (occurrences, remaining)
    )
    assert [one for one in found if one not in without] == []
    assert [one for one in without if not one.early and one not in found] == []


def holds(window: Window, day: date, occurrence: Occurrence, others: Sequence[Occurrence]) -> bool:
    """Say in the plainest way whether a window of `day` holds an occurrence."""
    then, length = occurrence.occurred_on, window.length or 0
    months = Period.of(then).until(Period.of(day))
    match window.kind:
        case WindowKind.CALENDAR_YEAR:
            return then.year == day.year
        case WindowKind.CONTRACT_YEAR:
            return contract_year_start(STARTS_ON, then) == contract_year_start(STARTS_ON, day)
        case WindowKind.ROLLING_MONTHS:
            return add_months(day, -length) < then
        case WindowKind.ANY_PERIODS:
            return months < length
        case WindowKind.PERIODS_IN_A_ROW:
            hit = {Period.of(other.occurred_on) for other in others}
            return all(Period.of(then).plus(months) in hit for months in range(1, months))


def held_on(day: date, occurrences: Iterable[Occurrence], rule: RepeatRule) -> dict[str | None, set[Occurrence]]:
    """Give what the window of a day holds, by counter (None where the scope is the issue type)."""
    if day > ENDS_ON:
        return {}
    facts = active(occurrences, day)
    by_counter = rule.scope is Scope.ISSUE_TYPE_AND_COUNTER
    held = {}
    for counter in {one.counter for one in facts if one.counter} if by_counter else {None}:
        others = [one for one in facts if counter in {None, one.counter}]
        held[counter] = {one for one in others if holds(rule.window, day, one, others)}
    return held


def count_of(held: Iterable[Occurrence], rule: RepeatRule) -> int:
    days = [one.occurred_on for one in held]
    return len(set(map(Period.of, days)) if rule.count is CountBy.PERIODS else days)


@given(OCCURRENCES, RULES, AS_OF)
def test_what_is_open_is_what_the_windows_of_the_day_hold(
    occurrences: list[Occurrence], rule: RepeatRule, as_of: date
) -> None:
    counts = {counter: count_of(held, rule) for counter, held in held_on(as_of, occurrences, rule).items()}
    found = {one.counter: one for one in offences_on(as_of, occurrences, lambda _: rule) if one.until is None}
    reached = {counter: count for counter, count in counts.items() if count >= rule.threshold}
    nearly = {counter: count for counter, count in counts.items() if count == rule.threshold - 1 > 0}
    assert {counter: one.count for counter, one in found.items() if not one.early} == reached
    # An offence that has ended is not announced a second time, so not all that is nearly reached is early.
    assert {counter: one.count for counter, one in found.items() if one.early}.items() <= nearly.items()


@given(OCCURRENCES, RULES, AS_OF)
def test_each_day_by_itself_says_since_when_and_until_when(
    occurrences: list[Occurrence], rule: RepeatRule, as_of: date
) -> None:
    """Walk every day, without withdrawals, and find the same stretches of days as the rule does."""
    recorded = [replace(one, withdrawn_on=None) for one in occurrences]
    days = [STARTS_ON + timedelta(days=number) for number in range(-1, (as_of - STARTS_ON).days + 1)]
    held = {day: held_on(day, recorded, rule) for day in days}

    def goes_on(offence: Offence, day: date) -> bool:
        """Say whether an offence that stands on one of two days stands on the other, the day before, as well."""
        then, now = (held[one].get(offence.counter, set()) for one in (day - ONE_DAY, day))
        least = rule.threshold - 1 if offence.early else rule.threshold
        return bool(then & now) and count_of(then, rule) >= least and count_of(now, rule) >= least

    for offence in offences_on(as_of, recorded, lambda _: rule):
        last = offence.until or as_of
        assert {one.finding_id for one in held[last][offence.counter]} == {
            one.finding_id for one in offence.occurrences
        }
        assert offence.count == count_of(offence.occurrences, rule) >= rule.threshold - offence.early
        assert all(goes_on(offence, day) for day in days if offence.since < day <= last)
        assert not goes_on(offence, offence.since)
        assert offence.until is None or not goes_on(offence, offence.until + ONE_DAY)


@given(OCCURRENCES, st.integers(1, 4), AS_OF)
def test_calendar_years_by_the_plainest_count(occurrences: list[Occurrence], threshold: int, as_of: date) -> None:
    recorded = [replace(one, withdrawn_on=None) for one in occurrences]
    rule = RepeatRule(threshold, Window(WindowKind.CALENDAR_YEAR), CountBy.OCCURRENCES, Scope.ISSUE_TYPE)
    expected = {}
    for year in (2023, 2024):
        days = sorted(one.occurred_on for one in active(recorded, as_of) if one.occurred_on.year == year)
        nth = [None, *days]  # The first occurrence is number one, so that the threshold is its own index.
        if days and len(days) >= threshold - 1:
            last_day = min(date(year, 12, 31), ENDS_ON)
            early_since = nth[threshold - 1]
            since = nth[threshold] if len(days) >= threshold else early_since
            expected[str(year)] = (early_since, since, last_day if as_of > last_day else None, len(days))
    found = offences_on(as_of, recorded, lambda _: rule)
    assert {one.window_key: (one.early_since, one.since, one.until, one.count) for one in found} == expected

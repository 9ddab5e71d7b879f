"""Vacancies of a key post, by hand and for every order of facts."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.rules.deadlines import DueDateRule, Roll, Unit
from app.rules.key_posts import (
    KeyPost,
    PostFact,
    Vacancy,
    check_key_posts,
    held_no_day,
    holder_now,
    post_of,
    since_of,
    subject_of,
    vacancies,
)

START = date(2023, 1, 1)


def _day(number: int) -> date:
    return START + timedelta(days=number)


def _facts(*said: tuple[int, str | None]) -> list[PostFact]:
    return [PostFact(_day(number), holder) for number, holder in said]


def test_a_post_is_vacant_from_the_first_day_until_somebody_is_named() -> None:
    assert vacancies(START, []) == (Vacancy(START, None),)
    assert vacancies(START, _facts((9, "S-1"))) == (Vacancy(START, _day(9)),)


def test_who_held_it_before_the_first_day_leaves_no_vacancy() -> None:
    """A contract that is taken over midway: the post was held when its record begins."""
    assert vacancies(START, _facts((-300, "S-1"))) == (Vacancy(START, START),)
    assert vacancies(START, _facts((-300, "S-1"), (-20, None))) == (Vacancy(START, None),)


def test_a_vacancy_begins_where_the_holder_left() -> None:
    found = vacancies(START, _facts((0, "S-1"), (40, None), (45, "S-2"), (90, None)))
    assert found == (Vacancy(START, START), Vacancy(_day(40), _day(45)), Vacancy(_day(90), None))


def test_a_post_that_changes_hands_is_not_vacant() -> None:
    """Named in one fact or in two of one day."""
    assert vacancies(START, _facts((0, "S-1"), (40, "S-2"))) == (Vacancy(START, START),)
    at_once = vacancies(START, _facts((0, "S-1"), (40, None), (40, "S-2")))
    assert at_once == (Vacancy(START, START), Vacancy(_day(40), _day(40)))


def test_left_again_on_the_day_of_being_filled_is_one_vacancy() -> None:
    found = vacancies(START, _facts((0, "S-1"), (40, None), (40, "S-2"), (40, None)))
    assert found == (Vacancy(START, START), Vacancy(_day(40), None))


def test_a_vacancy_that_was_filled_for_no_day_stands_from_where_it_began() -> None:
    """However often somebody is named and leaves on one day; a single whole day fills it."""
    left = (0, "S-1"), (40, None)
    for said in ([(60, "S-2"), (60, None)], [(60, "S-2"), (60, None), (70, "S-3"), (70, None)]):
        assert vacancies(START, _facts(*left, *said)) == (Vacancy(START, START), Vacancy(_day(40), None))
    late = vacancies(START, _facts(*left, (60, "S-2"), (60, None), (70, "S-3")))
    assert late == (Vacancy(START, START), Vacancy(_day(40), _day(70)))
    whole = vacancies(START, _facts(*left, (60, "S-2"), (61, None)))
    assert whole == (Vacancy(START, START), Vacancy(_day(40), _day(60)), Vacancy(_day(61), None))
    # Two in turn: the post itself was held for a day, whoever held it.
    turn = vacancies(START, _facts(*left, (60, "S-2"), (61, "S-3"), (61, None)))
    assert turn == (Vacancy(START, START), Vacancy(_day(40), _day(60)), Vacancy(_day(61), None))
    assert vacancies(START, _facts((0, "S-1"), (0, None))) == (Vacancy(START, None),)
    assert vacancies(START, _facts((-9, "S-1"), (0, None))) == (Vacancy(START, None),)
    assert vacancies(START, _facts((-9, "S-1"), (1, None))) == (Vacancy(START, START), Vacancy(_day(1), None))


def test_a_holding_has_a_day_when_it_ends_after_its_first_one() -> None:
    held = _facts((0, "S-1"), (40, None), (60, "S-2"))
    assert held_no_day(held, _day(60)) == PostFact(_day(60), "S-2")
    assert held_no_day(held, _day(59)) == PostFact(_day(60), "S-2")
    assert held_no_day(held, _day(61)) is None
    assert held_no_day(_facts((0, "S-1"), (40, None)), _day(40)) is None
    assert held_no_day([], START) is None


@given(st.lists(st.tuples(st.integers(-30, 400), st.sampled_from([None, "S-1", "S-2"])), max_size=12))
def test_whatever_happened_the_last_vacancy_says_who_holds_it(said: list[tuple[int, str | None]]) -> None:
    """Vacancies follow one another, none overlaps the next, and the last one is open just when nobody holds it."""
    facts = _facts(*sorted(said, key=lambda fact: fact[0]))
    found = vacancies(START, facts)
    assert all(vacancy.filled_on is None or vacancy.filled_on >= vacancy.since for vacancy in found)
    assert all(before.filled_on is not None and before.filled_on <= after.since for before, after in pairwise(found))
    assert (found[-1].filled_on is None) == (holder_now(facts) is None)


def test_a_subject_names_the_post_and_its_day() -> None:
    subject = subject_of("project_manager", START)
    assert (subject, post_of(subject), since_of(subject)) == ("project_manager/2023-01-01", "project_manager", START)


def test_a_post_is_stated_once() -> None:
    rule = DueDateRule("vacated", Unit.CALENDAR_DAYS, 10, Roll.NONE)
    one, other = KeyPost("manager", "项目经理", rule), KeyPost("deputy", "副经理", rule)
    assert check_key_posts([one, other]) == ()
    (fault,) = check_key_posts([one, other, one])
    assert (fault.pointer, fault.code) == ("/2/post", "post-twice")

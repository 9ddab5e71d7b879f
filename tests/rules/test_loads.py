"""Loads per open counter: compared exactly, with what is missing named and nothing suggested beyond the figures."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.rules.loads import OPEN_COUNTERS, QUEUE_MINUTES, WORK, Comparison, Load, Mark, Place, compare

CASES, CONSULTATIONS = WORK


def _place(code: str, cases: int | None, counters: str | None, **more: int) -> Place:
    figures = {name: Fraction(value) for name, value in more.items()}
    if cases is not None:
        figures[CASES] = Fraction(cases)
    if counters is not None:
        figures[OPEN_COUNTERS] = Fraction(counters)
    return Place(code, f"{code}综合窗口", figures)


def _load(found: Comparison, code: str) -> Load:
    return next(load for load in found.loads if load.place.code == code)


def test_queues_beside_idle_counters_suggest_lending_some() -> None:
    """C stands where all would: A has four times as much for each counter, B a third; two of B's serve A."""
    found = compare([_place("A", 4800, "4", **{QUEUE_MINUTES: 42}), _place("B", 600, "6"), _place("C", 900, "3")], 20)
    assert (found.counted, found.median) == ((CASES,), Fraction(300))
    a, b, c = (_load(found, code) for code in "ABC")
    assert (a.per_counter, a.per_counter_and_day, a.ratio, a.mark) == (
        Fraction(1200),
        Fraction(60),
        Fraction(4),
        Mark.OVER,
    )
    assert (b.ratio, b.mark, c.mark) == (Fraction(1, 3), Mark.UNDER, Mark.WITHIN)
    (suggestion,) = found.suggestions
    assert (suggestion.counters, suggestion.from_after, suggestion.to_after) == (4, Fraction(300), Fraction(600))
    assert suggestion.zh == (
        "“A综合窗口”（A）每个开放窗口当月1200.00件次（每工作日60.00件次），平均排队42.00分钟；"
        "“B综合窗口”（B）每个开放窗口当月100.00件次（每工作日5.00件次）。"
        "可由B调配4个窗口至A，按当月业务量计为每窗口600.00和300.00。"
    )
    assert "4 counter(s) of B could serve A" in suggestion.en


def test_one_queue_beside_counters_without_any_work_is_marked() -> None:
    """The median is 0, and no multiple of it; where nobody has work there is nothing to compare."""
    found = compare([_place("A", 600, "1"), _place("B", 0, "3"), _place("C", 0, "1")], 20)
    assert (found.median, [(load.ratio, load.mark) for load in found.loads]) == (
        Fraction(),
        [(None, Mark.OVER), (None, Mark.UNDER), (None, Mark.UNDER)],
    )
    (suggestion,) = found.suggestions
    assert (suggestion.from_place.place.code, suggestion.counters, suggestion.to_after) == ("B", 2, Fraction(200))
    nothing = compare([_place("A", 0, "1"), _place("B", 0, "3")], 20)
    assert {load.mark for load in nothing.loads} == {Mark.NOT_COMPARED}


def test_single_counters_share_their_work_instead() -> None:
    found = compare([_place("A", 900, "1"), _place("B", 100, "1"), _place("C", 400, "1")], 0)
    (suggestion,) = found.suggestions
    assert (suggestion.counters, suggestion.to_after) == (0, Fraction(500))
    assert "可由B分担A的业务" in suggestion.zh
    assert _load(found, "A").per_counter_and_day is None


def test_what_is_not_on_record_is_named_and_not_guessed() -> None:
    """No consultations, no open counters, none open at all; what no place has is asked of none."""
    places = [
        _place("A", 400, "2", **{CONSULTATIONS: 100}),
        _place("B", 400, "2"),
        _place("C", 400, None, **{CONSULTATIONS: 0}),
        _place("D", 400, "0", **{CONSULTATIONS: 0}),
        _place("E", 0, "0", **{CONSULTATIONS: 0}),
        _place("F", None, None, **{QUEUE_MINUTES: 3}),
    ]
    found = compare(places, 20)
    missing = {load.place.code: load.missing for load in found.loads}
    assert missing == {"A": (), "B": (CONSULTATIONS,), "C": (OPEN_COUNTERS,), "D": (), "E": ()}
    assert [load.place.code for load in found.loads if load.unattended] == ["D"]
    # One place alone is no comparison.
    assert (found.median, found.suggestions) == (None, ())
    assert {load.mark for load in found.loads} == {Mark.NOT_COMPARED}
    (only,) = compare([_place("A", None, "2")], 20).loads
    assert (only.work, only.missing) == (None, WORK)


def test_marks_own_their_edge() -> None:
    places = [_place(code, cases, "1") for code, cases in (("A", 150), ("B", 100), ("C", 50))]
    assert [load.mark for load in compare(places, 20).loads] == [Mark.OVER, Mark.WITHIN, Mark.UNDER]
    marks = [load.mark for load in compare(places, 20, Fraction(151, 100), Fraction(49, 100)).loads]
    assert marks == [Mark.WITHIN] * 3


PLACES = st.lists(
    st.tuples(st.none() | st.integers(0, 5000), st.none() | st.sampled_from(["0", "0.5", "1", "2.5", "4", "12"])),
    max_size=8,
)


@given(PLACES)
def test_a_suggestion_never_makes_the_idle_place_the_busier_one(figures: list[tuple[int | None, str | None]]) -> None:
    """Whatever the figures are: all work stays served, a place keeps a counter, and the busy one is relieved."""
    found = compare([_place(f"P{number}", *pair) for number, pair in enumerate(figures)], 21)
    for one in found.suggestions:
        giver, taker = one.from_place, one.to_place
        assert giver.work is not None
        assert taker.work is not None
        assert giver.per_counter is not None
        assert taker.per_counter is not None
        assert giver.per_counter <= one.from_after <= one.to_after < taker.per_counter
        opened = {load.place.code: load.place.figures[OPEN_COUNTERS] for load in (giver, taker)}
        left, gained = opened[giver.place.code] - one.counters, opened[taker.place.code] + one.counters
        assert left * one.from_after + gained * one.to_after == giver.work + taker.work
        assert one.counters == 0 or left >= 1

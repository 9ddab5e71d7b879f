"""Relations and checks under figures that nobody chose: what follows holds, what does not is named, nothing raises."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.rules.evaluations.printed import half_up, truncated, written
from app.rules.evaluations.values import RelationKind, Verdict
from tests.rules.evaluated import Evaluated, evaluated
from tests.rules.test_evaluation_faults import MEASURES, TEXTS

_HOLDS = {Verdict.MATCH, Verdict.MATCH_HALF_UP}
_PLACES = 2
_LAST_PLACE = Fraction(1, 10**_PLACES)
_AMOUNTS = st.decimals("0.01", 10**8, places=_PLACES)
_TERMS = st.lists(_AMOUNTS, min_size=2, max_size=4)
_KINDS = st.sampled_from(["sum", "difference", "rate", "quotient", "change"])
_PAIRS = frozenset({"rate", "quotient", "change"})


def _by_hand(kind: str, values: Sequence[Fraction]) -> tuple[Fraction, str]:
    """Reckon a relation without the program, and say in which unit it is printed."""
    first, second = values[:2]
    if kind == "sum":
        return sum(values, start=Fraction(0)), "万元"
    if kind == "difference":
        return first - sum(values[1:], start=Fraction(0)), "万元"
    if kind == "quotient":
        return first / second, ""
    return (first / second if kind == "rate" else (second - first) / first) * 100, "%"


def _paper(kind: str, terms: Sequence[str], result: str | None) -> Evaluated:
    figures = [{"key": f"t{number}", "label": "金额", "text": text} for number, text in enumerate(terms)]
    relation = {"key": "r", "label": "勾稽", "kind": kind, "terms": [figure["key"] for figure in figures]}
    if result is not None:
        figures.append({"key": "result", "label": "结果", "text": result})
        relation["result"] = "result"
    return evaluated({"project": "综合窗口服务", "figures": figures, "relations": [relation]}, "henan-scored")


def _verdict(paper: Evaluated, key: str = "r") -> Verdict:
    return next(comparison.verdict for comparison in paper.comparisons if comparison.key == key)


def _values(kind: str, terms: Sequence[Decimal]) -> list[Fraction]:
    return [Fraction(term) for term in (terms[:2] if kind in _PAIRS else terms)]


@given(_KINDS, _TERMS, st.booleans())
def test_what_is_rounded_half_up_follows_whatever_unit_its_terms_are_in(
    kind: str,
    terms: list[Decimal],
    in_yuan: bool,  # noqa: FBT001 hypothesis hands it over by its place
) -> None:
    values = _values(kind, terms)
    exact, unit = _by_hand(kind, values)
    shown = [f"{value * 10_000}元" if in_yuan else f"{half_up(value, _PLACES)}万元" for value in values]
    paper = _paper(kind, shown, half_up(exact, _PLACES) + unit)
    assert _verdict(paper) in _HOLDS
    assert (_verdict(paper) is Verdict.MATCH) == (truncated(exact, _PLACES) == half_up(exact, _PLACES))


@given(_KINDS, _TERMS, st.integers(1, 50), st.sampled_from([1, -1]))
def test_what_is_off_by_its_last_place_does_not_follow(
    kind: str, terms: list[Decimal], places_off: int, sign: int
) -> None:
    values = _values(kind, terms)
    exact, unit = _by_hand(kind, values)
    wrong = Fraction(half_up(exact, _PLACES)) + sign * places_off * _LAST_PLACE
    paper = _paper(kind, [f"{half_up(value, _PLACES)}万元" for value in values], half_up(wrong, _PLACES) + unit)
    assert _verdict(paper) is Verdict.MISMATCH
    assert [check.place for check in paper.checks if check.verdict is Verdict.MISMATCH]


@given(_TERMS.flatmap(lambda terms: st.tuples(st.just(terms), st.permutations(terms))))
def test_the_order_of_what_is_added_does_not_matter(both: tuple[list[Decimal], list[Decimal]]) -> None:
    papers = [_paper("sum", [f"{term}万元" for term in terms], None) for terms in both]
    one, other = (next(c for c in paper.comparisons if c.key == "r") for paper in papers)
    assert (one.exact, one.recomputed, one.verdict) == (other.exact, other.recomputed, other.verdict)
    assert one.exact == sum(map(Fraction, both[0]))
    assert one.verdict is Verdict.DERIVED


@given(_AMOUNTS, st.sampled_from(["", "元", "件"]))
def test_two_prints_of_one_quantity_agree_and_a_wrong_one_does_not(amount: Decimal, unit: str) -> None:
    def paper(second: str) -> Evaluated:
        figures = [
            {"key": key, "label": "支出", "text": text, "quantity": "executed"}
            for key, text in (("a", f"{amount}{unit}"), ("b", second))
        ]
        return evaluated({"project": "综合窗口服务", "figures": figures}, "henan-scored")

    assert _verdict(paper(written(Fraction(amount), 2, unit)), "same:b") in _HOLDS
    assert _verdict(paper(written(Fraction(amount) + _LAST_PLACE, 2, unit)), "same:b") is Verdict.CONTRADICTS


_NAMES = st.sampled_from(["a", "b", "r0", "nowhere", "funds.0.executed", "indicators.0.score"])
_RELATIONS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from([str(kind) for kind in RelationKind]),
            "terms": st.lists(_NAMES | st.sampled_from([{"number": "0"}, {"number": "3"}]), min_size=1, max_size=3),
            "result": st.none() | _NAMES,
            "base": st.none() | st.sampled_from(["initial_budget", "contract_amount"]),
        }
    ),
    max_size=3,
)
_PRINTED = TEXTS.filter(bool)


@given(
    st.fixed_dictionaries(
        {
            "figures": st.tuples(_PRINTED, _PRINTED),
            "relations": _RELATIONS,
            "measure": st.none() | MEASURES,
            "row": st.fixed_dictionaries({"weight": TEXTS, "score": TEXTS, "rate": TEXTS}),
            "funds": st.lists(
                st.fixed_dictionaries(
                    {
                        "source": st.sampled_from(["total", "fiscal"]),
                        **dict.fromkeys(("initial", "full_year", "executed", "weight", "rate", "score"), TEXTS),
                    }
                ),
                max_size=3,
            ),
            "total": st.fixed_dictionaries({"weight": TEXTS, "score": TEXTS, "rate": TEXTS, "grade": TEXTS}),
        }
    )
)
def test_whatever_a_paper_prints_is_compared_and_checked(said: dict[str, Any]) -> None:
    figures = [
        {"key": key, "label": "完成预算", "text": text, "quantity": "executed"}
        for key, text in zip("ab", said["figures"], strict=True)
    ]
    relations = [{"key": f"r{n}", "label": "勾稽", **relation} for n, relation in enumerate(said["relations"])]
    row = {"name": "合计", "measure": said["measure"], **said["row"]}
    paper = evaluated(
        {
            "project": "综合窗口服务",
            "figures": figures,
            "relations": relations,
            "indicators": [row, {"name": "产出", "children": [row]}],
            "funds": said["funds"],
            "total": said["total"],
        },
        "chaoyang",
    )
    keys = [comparison.key for comparison in paper.comparisons]
    assert {relation["key"] for relation in relations} <= set(keys)
    assert len(keys) == len(set(keys)), sorted(keys)
    for check in paper.checks:
        assert check.zh
        assert check.en
        assert check.remedy_zh
        assert check.remedy_en
        assert not check.place or check.place.startswith("/")


_LEAVES = st.lists(st.tuples(st.integers(1, 40), st.decimals(0, 1, places=4)), min_size=1, max_size=5)


@given(_LEAVES)
def test_a_table_whose_figures_follow_from_one_another_is_left_alone(leaves: list[tuple[int, Decimal]]) -> None:
    """Its only checks are those of what it lacks, whichever way its scores were rounded."""
    rows, scores = [], []
    for weight, share in leaves:
        score = Fraction(half_up(weight * Fraction(share), _PLACES))
        scores.append(score)
        rate = half_up(score / weight * 100, _PLACES)
        rows.append({"name": "到岗率", "weight": str(weight), "score": half_up(score, _PLACES), "rate": f"{rate}%"})
    weight, total = sum(weight for weight, _ in leaves), sum(scores, start=Fraction(0))
    printed = {
        "weight": str(weight),
        "score": half_up(total, _PLACES),
        "rate": f"{half_up(total / weight * 100, _PLACES)}%",
    }
    paper = evaluated({"project": "综合窗口服务", "indicators": rows, "total": printed}, "henan-scored")
    assert {comparison.verdict for comparison in paper.comparisons} <= _HOLDS
    assert {check.code for check in paper.checks} <= {"weights-do-not-sum"}
    assert paper.outcome.total == total

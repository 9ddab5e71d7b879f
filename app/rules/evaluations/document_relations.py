"""勾稽关系: the relations that an evaluation states itself, each recomputed from its terms as printed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from app.rules.evaluations.agreements import Suspect, agree, suspects
from app.rules.evaluations.operands import Operand, number
from app.rules.evaluations.printed import half_up
from app.rules.evaluations.rate_names import called, claimed_by
from app.rules.evaluations.reckonings import NotReckoned, reckon
from app.rules.evaluations.roundings import compared, hidden_in_parts, hidden_in_ratio
from app.rules.evaluations.telling import Said
from app.rules.evaluations.values import Comparison, Evaluation, Relation, RelationKind, Verdict
from app.rules.money import exact

HOLDS = frozenset({Verdict.MATCH, Verdict.MATCH_HALF_UP})
_RATIOS = frozenset({RelationKind.RATE, RelationKind.QUOTIENT})
_PARTS = frozenset({RelationKind.SUM, RelationKind.DIFFERENCE})
_BOUNDS = frozenset({RelationKind.AT_LEAST, RelationKind.AT_MOST})


@dataclass(frozen=True, slots=True)
class _Seen:
    """A relation with its terms and what came of it."""

    relation: Relation
    terms: tuple[Operand, ...]
    result: Operand | None
    comparison: Comparison
    reckoned: Operand | None = None

    @property
    def operands(self) -> tuple[Operand, ...]:
        return (*self.terms, self.result) if self.result else self.terms


def relations_of(evaluation: Evaluation, all_of_them: Mapping[str, Operand]) -> Iterator[Comparison]:
    """Recompute every relation of the document, in its order; a rate named for another base gives a second one."""
    known, seen = dict(all_of_them), list[_Seen]()
    for relation in evaluation.relations:
        seen.append(one := _seen(relation, known))
        if one.reckoned is not None:
            known.setdefault(relation.key, replace(one.reckoned, key=relation.key, place=relation.place))
    doubtful = suspects(all_of_them)
    for one in seen:
        yield _with_doubt(one, doubtful, seen)
        yield from _named_for_another_base(one, all_of_them)


def _term(term: str | Decimal, known: Mapping[str, Operand]) -> Operand | None:
    if isinstance(term, str):
        return known.get(term)
    return number(f"{term:f}", Fraction(term), max(0, -int(term.as_tuple().exponent)))


def _seen(relation: Relation, known: Mapping[str, Operand]) -> _Seen:
    found = [(term, _term(term, known)) for term in relation.terms]
    terms = tuple(operand for _, operand in found if operand is not None)
    result = known.get(relation.result) if relation.result else None
    absent = [str(term) for term, operand in found if operand is None]
    absent += [relation.result] if relation.result and result is None else []
    if absent:
        names = ", ".join(absent)
        said = Said(f"报告未载：{names}", f"printed nowhere: {names}")
        return _Seen(relation, terms, result, _without(relation, result, said, Verdict.NOT_DERIVABLE))
    reckoned = reckon(relation.kind, relation.label, terms)
    if isinstance(reckoned, NotReckoned):
        verdict = Verdict.UNIT if reckoned.of_units else Verdict.NOT_DERIVABLE
        return _Seen(relation, terms, result, _without(relation, result, reckoned.why, verdict))
    if relation.kind is RelationKind.SAME:
        return _Seen(relation, terms, result, _same(relation, terms))
    if relation.kind in _BOUNDS:
        return _Seen(relation, terms, result, _bound(relation, terms[0], terms[1]))
    return _Seen(relation, terms, result, _result(relation, terms, result, reckoned), reckoned)


def _result(relation: Relation, terms: Sequence[Operand], result: Operand | None, reckoned: Operand) -> Comparison:
    size = reckoned.size or Fraction(0)
    if result is None:
        return _derived(relation, reckoned, size)
    if len({reckoned.family, result.family} - {"number"}) > 1:
        why = Said(
            f"单位不能相较：{reckoned.unit}、{result.unit}",
            f"units that cannot be held together: {reckoned.unit}, {result.unit}",
        )
        return _without(relation, result, why, Verdict.UNIT)
    if result.size is None:
        why = Said(f"“{result.text}”无法读取", f"{result.text!r} cannot be read")
        return _without(relation, result, why, Verdict.NOT_DERIVABLE)
    return compared(
        relation.key, relation.place, relation.label, size, result, hidden=_hidden(relation, terms, size, result)
    )


def _hidden(relation: Relation, terms: Sequence[Operand], size: Fraction, result: Operand) -> Said | None:
    if relation.kind in _RATIOS and terms[1].size is not None:
        return hidden_in_ratio(terms[0], terms[1].size, result)
    return hidden_in_parts(terms, size, result) if relation.kind in _PARTS else None


def _derived(relation: Relation, reckoned: Operand, size: Fraction) -> Comparison:
    value = size / reckoned.scale
    doubled = value * 2 * 10**reckoned.places
    is_tie = doubled.denominator == 1 and doubled.numerator % 2 == 1
    tie = Said(f"恰为半位：{exact(value)}", f"it ends exactly on a half: {exact(value)}")
    shown = half_up(value, reckoned.places) + reckoned.unit
    return _comparison(relation, None, shown, value, Verdict.DERIVED, *[tie] * is_tie)


def _same(relation: Relation, terms: Sequence[Operand]) -> Comparison:
    first = terms[0]
    told = [(agree(first, other), other) for other in terms[1:]]
    order = (Verdict.CONTRADICTS, Verdict.MATCH_HALF_UP, Verdict.MATCH)
    verdict, other = min(told, key=lambda one: order.index(one[0]))
    shown = other.text if other.text is not None else half_up(other.value or Fraction(0), other.places) + other.unit
    return _comparison(relation, first.text, shown, other.value, verdict)


def _bound(relation: Relation, first: Operand, second: Operand) -> Comparison:
    one, bound = first.size or Fraction(0), second.size or Fraction(0)
    holds = one >= bound if relation.kind is RelationKind.AT_LEAST else one <= bound
    said = []
    if bound:
        share = half_up(one / bound * 100, 2)
        shown = _shown(second)
        said.append(Said(f"为{shown}的{share}%", f"it is {share}% of {shown}"))
    verdict = Verdict.MATCH if holds else Verdict.CONTRADICTS
    return _comparison(relation, second.text, _shown(first), first.value, verdict, *said)


def _shown(operand: Operand) -> str:
    return (
        operand.text
        if operand.text is not None
        else half_up(operand.value or Fraction(0), operand.places) + (operand.unit)
    )


def _with_doubt(one: _Seen, doubtful: Mapping[str, Suspect], seen: Sequence[_Seen]) -> Comparison:
    """Look whether a relation that fails would hold if a figure of doubtful unit were what it seems to be meant as."""
    comparison = one.comparison
    found = [doubtful[operand.key] for operand in one.operands if operand.key in doubtful]
    if comparison.verdict is not Verdict.MISMATCH or not found:
        return comparison
    terms = tuple(doubtful[term.key].as_meant if term.key in doubtful else term for term in one.terms)
    result = doubtful[one.result.key].as_meant if one.result and one.result.key in doubtful else one.result
    reckoned = reckon(one.relation.kind, one.relation.label, terms)
    if isinstance(reckoned, NotReckoned):
        return comparison
    meant = _result(one.relation, terms, result, reckoned)
    if meant.verdict not in HOLDS:
        return comparison
    units = "、".join(suspect.as_meant.unit for suspect in found)
    said = [Said(f"仅在按{units}计时成立", f"it holds only if the figure is read in {units}")]
    others = [other.relation for other in seen if _is_rival(one, other)]
    if others and not all(suspect.agrees for suspect in found):
        labels = "、".join(f"“{other.label}”" for other in others)
        rivals = ", ".join(other.key for other in others)
        said.append(
            Said(
                f"{labels}同样成立而所据数字不同：两组数字各自自洽，不能自动更正",
                f"{rivals} holds as well, from other figures: two pairs, each consistent, so no correction is safe",
            )
        )
        return _again(meant, Verdict.CONTRADICTS, said)
    return _again(meant, Verdict.UNIT, said)


def _is_rival(one: _Seen, other: _Seen) -> bool:
    """Say whether another relation gives the same printed figure as it stands."""
    return (
        other is not one
        and other.relation.result is not None
        and other.relation.result == one.relation.result
        and other.comparison.verdict in HOLDS
    )


def _again(comparison: Comparison, verdict: Verdict, said: Sequence[Said]) -> Comparison:
    return replace(
        comparison,
        verdict=verdict,
        remarks=(*comparison.remarks, *(one.en for one in said)),
        remarks_zh=(*comparison.remarks_zh, *(one.zh for one in said)),
    )


def _named_for_another_base(one: _Seen, all_of_them: Mapping[str, Operand]) -> Iterator[Comparison]:
    """Say so where a rate's name claims to divide by something else than it does."""
    relation, result = one.relation, one.result
    if relation.kind is not RelationKind.RATE or len(one.terms) != 2 or result is None:  # noqa: PLR2004 a pair
        return
    claimed = frozenset({relation.base}) if relation.base else claimed_by(result.label)
    divisor = one.terms[1]
    if one.comparison.verdict not in HOLDS or divisor.quantity is None or not claimed or divisor.quantity in claimed:
        return
    zh, en = called(min(claimed))
    said = [Said(f"名称所称分母为{zh}", f"its name claims to divide by {en}")]
    if not claimed & {operand.quantity for operand in all_of_them.values()}:
        said.append(Said(f"{zh}报告未载，无从计算", f"{en} is printed nowhere, so that rate cannot be told"))
    yield Comparison(
        key=f"base:{relation.key}",
        place=f"{result.place}/label",
        quantity=result.label,
        published=result.label,
        recomputed=f"{one.terms[0].label} ÷ {divisor.label}",
        exact=one.comparison.exact,
        verdict=Verdict.BASE,
        remarks=tuple(sentence.en for sentence in said),
        remarks_zh=tuple(sentence.zh for sentence in said),
    )


def _without(relation: Relation, result: Operand | None, said: Said, verdict: Verdict) -> Comparison:
    return _comparison(relation, result.text if result else None, None, None, verdict, said)


def _comparison(
    relation: Relation,
    published: str | None,
    recomputed: str | None,
    value: Fraction | None,
    verdict: Verdict,
    *said: Said,
) -> Comparison:
    return Comparison(
        key=relation.key,
        place=relation.place,
        quantity=relation.label,
        published=published,
        recomputed=recomputed,
        exact=value,
        verdict=verdict,
        remarks=tuple(one.en for one in said),
        remarks_zh=tuple(one.zh for one in said),
    )

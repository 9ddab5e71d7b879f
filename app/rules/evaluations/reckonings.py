"""What a relation's terms come to: exactly, with the unit that follows, or the reason why nothing does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from operator import add, mul

from app.rules.evaluations.operands import Family, Operand, family_of
from app.rules.evaluations.printed import half_up
from app.rules.evaluations.telling import Said
from app.rules.evaluations.units import PERCENT, unit_of
from app.rules.evaluations.values import RelationKind

DERIVED_PLACES = 2
"""Places of what is derived, as money and percentages are written."""
_MOST_PLACES = 6
_WHOLE = Fraction(1)
_PERCENT = Fraction(1, 100)
_PAIRS = frozenset(
    {RelationKind.RATE, RelationKind.QUOTIENT, RelationKind.CHANGE, RelationKind.AT_LEAST, RelationKind.AT_MOST}
)
_OF_ONE_FAMILY = frozenset(RelationKind) - {RelationKind.QUOTIENT, RelationKind.PRODUCT}


_MOST_BITS = 1024
"""Three hundred digits above or below a fraction's line: no paper's figure, but what a chain of products grows to."""


@dataclass(frozen=True, slots=True)
class NotReckoned:
    """Why nothing follows; `of_units` says that the terms cannot be held together."""

    why: Said
    of_units: bool = False


def reckon(kind: RelationKind, label: str, terms: Sequence[Operand]) -> Operand | NotReckoned:
    """Reckon a sum, difference, rate, quotient, product or change; of other kinds, only whether it can be."""
    sizes = [term.size for term in terms if term.size is not None]
    unread = next((term for term in terms if term.size is None), None)
    if unread is not None:
        return NotReckoned(Said(f"“{unread.label}”无法读取", f"{unread.label!r} cannot be read"))
    if (len(sizes) < 2 and kind is not RelationKind.SUM) or (kind in _PAIRS and len(sizes) != 2):  # noqa: PLR2004 a pair
        return NotReckoned(
            Said(f"项数不符：{len(sizes)}", f"it has {len(sizes)} terms, which is not what {kind} takes")
        )
    families = {term.family for term in terms} - {Family.NUMBER}
    if kind in _OF_ONE_FAMILY and len(families) > 1:
        units = "、".join(term.unit for term in terms)
        return NotReckoned(
            Said(f"单位不能相较：{units}", f"units that cannot be held together: {units}"), of_units=True
        )
    divisor = {RelationKind.RATE: sizes[-1], RelationKind.QUOTIENT: sizes[-1], RelationKind.CHANGE: sizes[0]}
    if divisor.get(kind) == 0:
        return NotReckoned(Said("除数为零", "the divisor is zero"))
    if _is_endless(kind, sizes):
        return NotReckoned(Said("结果位数过多", "the result has too many digits to be told"))
    return _reckoned(kind, label, terms, sizes)


def _is_endless(kind: RelationKind, sizes: Sequence[Fraction]) -> bool:
    """Say whether a result would be longer than any figure is, without reckoning it to its end."""
    join = mul if kind in {RelationKind.PRODUCT, RelationKind.RATE, RelationKind.QUOTIENT, RelationKind.CHANGE} else add
    so_far = sizes[0]
    for size in sizes[1:]:
        # A quotient has the digits of a product, and a difference those of a sum.
        so_far = join(so_far, size)
        if max(so_far.numerator.bit_length(), so_far.denominator.bit_length()) > _MOST_BITS:
            return True
    return False


def _reckoned(kind: RelationKind, label: str, terms: Sequence[Operand], sizes: Sequence[Fraction]) -> Operand:
    places = max(term.places for term in terms)
    match kind:
        case RelationKind.DIFFERENCE:
            return _like(_named(terms), label, sizes[0] - sum(sizes[1:]), places)
        case RelationKind.RATE:
            return _share(label, sizes[0] / sizes[1])
        case RelationKind.CHANGE:
            return _share(label, (sizes[1] - sizes[0]) / sizes[0])
        case RelationKind.QUOTIENT:
            return _quotient(label, terms, sizes[0] / sizes[1])
        case RelationKind.PRODUCT:
            return _product(label, terms, prod(sizes, start=_WHOLE))
        case _:
            return _like(_named(terms), label, sum(sizes, Fraction(0)), places)


def _like(term: Operand, label: str, size: Fraction, places: int) -> Operand:
    """Give a reckoned size in a term's unit."""
    return replace(
        term, key="", place="", label=label, size=size, places=places, quantity=None, text=None, operator=None,
        warnings=(), in_table=False,
    )  # fmt: skip


def _named(terms: Sequence[Operand]) -> Operand:
    """Give the first term that has a unit, or the first."""
    return next((term for term in terms if term.unit), terms[0])


def _share(label: str, size: Fraction) -> Operand:
    places = DERIVED_PLACES
    # What is nearly all is not written as all of it.
    while size != 1 and places < _MOST_PLACES and half_up(size * 100, places) == half_up(Fraction(100), places):
        places += 1
    return Operand("", "", label, size, PERCENT, "", _PERCENT, places, Family.SHARE)


def _quotient(label: str, terms: Sequence[Operand], size: Fraction) -> Operand:
    first, second = terms
    if second.family is Family.NUMBER:
        return _like(first, label, size, max(DERIVED_PLACES, first.places))
    if first.family is second.family and first.base == second.base:
        return Operand("", "", label, size, places=DERIVED_PLACES)
    unit = f"{first.unit}/{second.base}" if second.base else first.unit
    base = f"{first.base}/{second.base}" if second.base else first.base
    family = first.family
    return Operand("", "", label, size, unit, base, unit_of(unit).scale, DERIVED_PLACES, family)


def _product(label: str, terms: Sequence[Operand], size: Fraction) -> Operand:
    places = min(DERIVED_PLACES, sum(term.places for term in terms))
    named = [term for term in terms if term.base]
    per = next((term for term in named if "/" in term.base), None)
    # 3800人次/天 for 249天 are 人次.
    if per is not None and any(term.base == per.base.partition("/")[2] for term in named):
        unit = per.unit.partition("/")[0]
        known = unit_of(unit)
        return Operand("", "", label, size, unit, known.base, known.scale, places, family_of(known.base))
    if len(named) == 1:
        return _like(named[0], label, size, max(places, min(named[0].places, DERIVED_PLACES)))
    return Operand("", "", label, size, places=places)

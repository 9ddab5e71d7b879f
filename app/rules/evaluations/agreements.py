"""Figures that state one quantity: whether they agree, differ by a unit of ten thousand, or contradict each other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.rules.evaluations.operands import Operand, quantities
from app.rules.evaluations.printed import half_up
from app.rules.evaluations.roundings import digit_short, verdict_of
from app.rules.evaluations.telling import Said
from app.rules.evaluations.values import Comparison, Verdict
from app.rules.money import exact

MYRIAD = 10_000
_NEARLY = Fraction(1, 100)
"""Two prints of one amount in 元 and 万元 differ by less than a hundredth, whatever else is wrong with one of them."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A figure that is ten thousand times too small or too large beside others of its quantity.

    `as_meant` is what it would be in the other unit, `agrees` whether it then agrees with them.
    """

    as_meant: Operand
    agrees: bool


def agree(one: Operand, other: Operand) -> Verdict:
    """Hold two figures of one thing against each other: the finer one, rounded, must give the coarser one.

    Without decimals only a figure in ten thousands counts as rounded: 100% is not 99.95%, 33万 is 332,344.
    """
    if one.size is None or other.size is None:
        return Verdict.NOT_DERIVABLE
    for bound, told in ((one, other), (other, one)):
        if bound.size is not None and told.size is not None and told.operator in {None, "="}:
            holds = _is_within(bound.operator, told.size, bound.size)
            if holds is not None:
                return Verdict.MATCH if holds else Verdict.CONTRADICTS
    fine, coarse = sorted((one, other), key=lambda operand: operand.scale / 10**operand.places)
    if fine.size == coarse.size:
        return Verdict.MATCH
    if not coarse.half_a_place or fine.size is None or coarse.value is None:
        return Verdict.CONTRADICTS
    verdict = verdict_of(fine.size / coarse.scale, coarse.value, coarse.places)
    return Verdict.CONTRADICTS if verdict is Verdict.MISMATCH else verdict


def suspects(all_of_them: Mapping[str, Operand]) -> dict[str, Suspect]:
    """Give the figures of which the unit is doubtful, by their keys."""
    found = {}
    for members in quantities(all_of_them).values():
        reference = _reference(members)
        for operand in members:
            meant = _as_meant(reference, operand)
            if meant is not None:
                agrees = agree(reference, meant) in {Verdict.MATCH, Verdict.MATCH_HALF_UP}
                found[operand.key] = Suspect(meant, agrees)
    return found


def agreements(all_of_them: Mapping[str, Operand]) -> Iterator[Comparison]:
    """Hold all figures that state one quantity against the most exact one among them, that of a table first."""
    doubtful = suspects(all_of_them)
    for members in quantities(all_of_them).values():
        reference = _reference(members)
        for operand in members:
            if operand.key == reference.key:
                continue
            suspect = doubtful.get(operand.key)
            if suspect is not None:
                yield _off_by_ten_thousand(operand, suspect, reference)
            if suspect is None or not suspect.agrees:
                yield _agreement(operand, suspect.as_meant if suspect else operand, reference)


def _reference(members: Sequence[Operand]) -> Operand:
    return min(members, key=lambda one: (not one.in_table, one.scale / 10**one.places))


def _is_within(operator: str | None, told: Fraction, bound: Fraction) -> bool | None:
    """Say whether a figure keeps a printed bound (33万以上); None where the bound is a figure like any other."""
    match operator:
        case "≥":
            return told >= bound
        case ">":
            return told > bound
        case "≤":
            return told <= bound
        case "<":
            return told < bound
    return None


def _as_meant(reference: Operand, operand: Operand) -> Operand | None:
    """Give the figure as it would be in 万元 instead of 元, or the other way round, where it then comes near."""
    if not operand.size or not reference.size:
        return None
    for factor in (Fraction(MYRIAD), Fraction(1, MYRIAD)):
        if abs(operand.size * factor / reference.size - 1) < _NEARLY:
            unit = f"万{operand.unit}" if factor > 1 else operand.unit.removeprefix("万")
            scale = operand.scale * factor
            return replace(operand, size=operand.size * factor, scale=scale, unit=unit)
    return None


def _off_by_ten_thousand(operand: Operand, suspect: Suspect, reference: Operand) -> Comparison:
    meant, of = suspect.as_meant, reference.text
    return _comparison(
        f"unit:{operand.key}",
        operand,
        Verdict.UNIT,
        half_up(meant.value or Fraction(0), meant.places) + meant.unit,
        meant.value,
        Said(f"与{of}相差一万倍", f"it is off by ten thousand from {of}"),
    )


def _agreement(operand: Operand, meant: Operand, reference: Operand) -> Comparison:
    verdict = agree(reference, meant)
    size, remarks = reference.size or Fraction(0), []
    if verdict is Verdict.CONTRADICTS:
        apart = exact(abs(size - (meant.size or Fraction(0))) / reference.scale, reference.places) + reference.unit
        of = f"{reference.label} {reference.text}"
        remarks.append(Said(f"与{of}相差{apart}", f"{apart} away from {of}"))
        if meant is not operand:
            remarks.append(Said(f"即使按{meant.unit}计", f"even if it is read in {meant.unit}"))
        digit = digit_short(size, meant)
        if digit is not None:
            remarks.append(Said(f"缺一位数字“{digit}”即可解释", f"a lost digit {digit} would explain it"))
    shown = half_up(size / meant.scale, meant.places) + (meant.unit if operand.unit in (operand.text or "") else "")
    return _comparison(f"same:{operand.key}", operand, verdict, shown, size / meant.scale, *remarks)


def _comparison(
    key: str, operand: Operand, verdict: Verdict, recomputed: str, value: Fraction | None, *said: Said
) -> Comparison:
    return Comparison(
        key=key,
        place=operand.place,
        quantity=operand.label,
        published=operand.text,
        recomputed=recomputed,
        exact=value,
        verdict=verdict,
        remarks=tuple(one.en for one in said),
        remarks_zh=tuple(one.zh for one in said),
    )

"""What is wrong with the stated way from an actual to points: steps, bands, a judgement, what belongs to which kind."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.rules.evaluations.judgements import JUDGEMENT_OUTSIDE_BAND, bands_of, outside
from app.rules.evaluations.methods import METHOD_DOES_NOT_FIT, STEPS_MISSING
from app.rules.evaluations.telling import told
from app.rules.evaluations.values import Evaluation, Measure, Method, MethodKind, Nature, QualityBand, Step
from app.rules.faults import Fault

STEPS_NOT_RISING = "steps-not-rising"
BAND_UPSIDE_DOWN = "band-upside-down"
BANDS_OVERLAP = "bands-overlap"
BAND_TWICE = "band-twice"
METHOD_PART_UNUSED = "method-part-unused"
END_WITHOUT_RANGE = "end-without-range"

_WITH_STEPS = frozenset({MethodKind.STEPPED, MethodKind.INTERPOLATED})
_FOR_ANY = frozenset({MethodKind.ALL_OR_NOTHING, MethodKind.EXECUTION_RATE})


def measure_faults(evaluation: Evaluation, measure: Measure) -> Iterator[Fault]:
    """Name what is wrong with a measure whatever its figures are; pointers start at it."""
    if measure.nature is not Nature.RANGE and measure.target_to is not None:
        detail = f"An upper end {measure.target_to!r} stands beside a target that is no range."
        yield Fault("/target_to", END_WITHOUT_RANGE, detail, "Name the nature `range`, or leave the upper end out.")
    if measure.method is not None:
        yield from (fault.under("/method") for fault in _method_faults(measure.method, measure.nature))
    band = outside(bands_of(evaluation, measure), measure) if measure.nature is Nature.QUALITATIVE else None
    if band is not None and measure.judgement is not None:
        detail = (
            f"{told(measure.judgement.share)} of the weight was judged, and {band.name} earns {told(band.low)} to "
            f"{told(band.high)} of it."
        )
        yield Fault(
            "/judgement/share", JUDGEMENT_OUTSIDE_BAND, detail, "Give a share within the band, or another word."
        )


def _method_faults(method: Method, nature: Nature) -> Iterator[Fault]:
    is_word = nature is Nature.QUALITATIVE
    if method.kind not in _FOR_ANY and is_word != (method.kind is MethodKind.BY_BAND):
        held = "a word on a scale" if is_word else "a figure with a target"
        fitting = "`by_band` or `all_or_nothing`" if is_word else "a method for figures"
        yield Fault("/kind", METHOD_DOES_NOT_FIT, f"{method.kind} is no method for {held}.", f"Name {fitting}.")
    yield from _unused(method)
    if method.kind in _WITH_STEPS:
        yield from _step_faults(method.steps, method.kind)
    yield from _band_faults(method.bands)


def _unused(method: Method) -> Iterator[Fault]:
    remedy = "Leave it out, or name the method that it belongs to."
    if method.steps and method.kind not in _WITH_STEPS:
        yield Fault("/steps", METHOD_PART_UNUSED, f"{method.kind} reads no steps.", remedy)
    if method.bands and method.kind not in {MethodKind.BY_BAND, MethodKind.ALL_OR_NOTHING}:
        yield Fault("/bands", METHOD_PART_UNUSED, f"{method.kind} reads no bands.", remedy)
    if method.denominator is not None and method.kind is not MethodKind.EXECUTION_RATE:
        yield Fault("/denominator", METHOD_PART_UNUSED, f"{method.kind} divides by no budget.", remedy)


def _step_faults(steps: Sequence[Step], kind: MethodKind) -> Iterator[Fault]:
    if not steps:
        yield Fault(
            "/steps", STEPS_MISSING, f"{kind} states no steps.", "State from which completion on what is earned."
        )
    for number, (low, high) in enumerate(pairwise(steps), start=1):
        if low.at_least >= high.at_least or low.share > high.share:
            detail = f"{_step(high)} follows {_step(low)}."
            remedy = "Write the steps by rising completion, with shares that do not fall."
            yield Fault(f"/steps/{number}", STEPS_NOT_RISING, detail, remedy)


def _step(step: Step) -> str:
    return f"{told(step.share)} from {told(step.at_least)} on"


def _band_faults(bands: Sequence[QualityBand]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, band in enumerate(bands):
        place = f"/bands/{number}"
        if band.name in seen:
            yield Fault(f"{place}/name", BAND_TWICE, f"{band.name} stands twice.", "Give every band a name of its own.")
        seen.add(band.name)
        if band.low > band.high:
            detail = f"{band.name} goes from {told(band.low)} down to {told(band.high)}."
            yield Fault(place, BAND_UPSIDE_DOWN, detail, "Write the lower share first.")
    ordered = sorted(enumerate(bands), key=lambda pair: (pair[1].low, pair[1].high))
    for (_, lower), (number, upper) in pairwise(ordered):
        # Neighbours may share a limit, as 80% belongs to two ranges of the national rule.
        if upper.low < lower.high:
            detail = f"{lower.name} and {upper.name} share more than a limit."
            yield Fault(f"/bands/{number}", BANDS_OVERLAP, detail, "Let each band end where the next begins.")

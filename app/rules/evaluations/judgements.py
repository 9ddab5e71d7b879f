"""定性指标: a word on a scale, and the share of the weight that a person gives within the word's band."""

from collections.abc import Sequence
from fractions import Fraction

from app.rules.evaluations.methods import METHOD_DOES_NOT_FIT, NOTHING, WHOLE
from app.rules.evaluations.standings import ACTUAL_MISSING, TARGET_MISSING
from app.rules.evaluations.telling import CannotTell, Said, told, told_zh
from app.rules.evaluations.values import Evaluation, Measure, MethodKind, QualityBand

BANDS_MISSING = "bands-missing"
WORD_NOT_ON_SCALE = "word-not-on-scale"
JUDGEMENT_MISSING = "judgement-missing"
JUDGEMENT_OUTSIDE_BAND = "judgement-outside-band"

Judged = tuple[Fraction, bool, Said]
"""The share of the weight, whether it is the best word, and the sentence that says why."""


def bands_of(evaluation: Evaluation, measure: Measure) -> tuple[QualityBand, ...]:
    """Give the scale of a qualitative indicator: its method's own, or else the template's."""
    own = measure.method.bands if measure.method else ()
    return own or evaluation.template.quality_bands


def outside(bands: Sequence[QualityBand], measure: Measure) -> QualityBand | None:
    """Give the band whose ends the judgement's share oversteps; None where it does not, or nothing is judged."""
    band = band_named(bands, measure.actual)
    if measure.judgement is None or band is None or band.low <= measure.judgement.share <= band.high:
        return None
    return band


def band_named(bands: Sequence[QualityBand], word: str | None) -> QualityBand | None:
    """Find a band by the word that was given."""
    return next((band for band in bands if word is not None and band.name == word.strip()), None)


def judged(evaluation: Evaluation, measure: Measure) -> Judged:
    """Give what a qualitative indicator earns; raises CannotTell where the paper does not say it."""
    word = (measure.actual or "").strip()
    if not word:
        raise CannotTell(ACTUAL_MISSING, "未填等次。", "No word of the scale was given.")
    bands = bands_of(evaluation, measure)
    best = max(bands, key=lambda band: (band.high, band.low), default=None)
    band = band_named(bands, word)
    if measure.method and measure.method.kind is MethodKind.ALL_OR_NOTHING:
        return _all_or_nothing(measure, word, is_best=band is not None and band is best)
    if measure.method and measure.method.kind is not MethodKind.BY_BAND:
        raise CannotTell(
            METHOD_DOES_NOT_FIT,
            "该评分方法不适用于定性等次。",
            f"{measure.method.kind} is no method for a word on a scale.",
        )
    if not bands:
        raise CannotTell(
            BANDS_MISSING, "指标与模板均未规定等次。", "Neither the indicator nor the template states a scale."
        )
    if band is None:
        names = [band.name for band in bands]
        raise CannotTell(
            WORD_NOT_ON_SCALE, f"“{word}”不在等次{'、'.join(names)}之中。", f"{word!r} is none of {', '.join(names)}."
        )
    ends_zh = f"“{band.name}”得分值的{told_zh(band.low)}至{told_zh(band.high)}"
    ends = f"{told(band.low)} to {told(band.high)} of the weight"
    if measure.judgement is None:
        if band.low == band.high:
            return (
                band.low,
                band is best,
                Said(
                    f"“{band.name}”得分值的{told_zh(band.low)}。", f"{band.name} earns {told(band.low)} of the weight."
                ),
            )
        raise CannotTell(
            JUDGEMENT_MISSING, f"{ends_zh}，尚未评定。", f"{band.name} earns {ends}, and nobody judged how much."
        )
    share = measure.judgement.share
    if not band.low <= share <= band.high:
        raise CannotTell(
            JUDGEMENT_OUTSIDE_BAND,
            f"评定为{told_zh(share)}，而{ends_zh}。",
            f"{told(share)} was judged, and {band.name} earns {ends}.",
        )
    reason = measure.judgement.reason
    return (
        share,
        band is best,
        Said(
            f"{ends_zh}；评定为{told_zh(share)}：{reason}",
            f"{band.name} earns {ends}; {told(share)} was judged: {reason}",
        ),
    )


def _all_or_nothing(measure: Measure, word: str, *, is_best: bool) -> Judged:
    """Give everything for the word that was wanted, or for the best of the scale, and nothing for any other."""
    wanted = (measure.target or "").strip()
    if word == wanted or is_best:
        return (
            WHOLE,
            True,
            Said(f"“{word}”即所要求的等次，得满分。", f"{word} is what was wanted, which earns the full weight."),
        )
    if not wanted:
        raise CannotTell(TARGET_MISSING, "未规定所要求的等次。", "Nothing says which word was wanted.")
    return (
        NOTHING,
        False,
        Said(
            f"“{word}”不是所要求的等次，不得分（达标才得分）。",
            f"{word} is not what was wanted, which earns nothing (all or nothing).",
        ),
    )

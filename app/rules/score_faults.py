"""What contradicts itself in the clauses that decide by a score or another figure; pointers start at the clause."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from app.rules.bases import LENGTHS
from app.rules.clauses import (
    Base,
    ByScore,
    Combined,
    LinearBelowMark,
    PiecewiseLinear,
    RateSteps,
    RatioToMark,
    ScoreBands,
    ScoreClause,
    Stage,
    Unscored,
)
from app.rules.faults import Fault, escaped
from app.rules.measures import FindingScore, Interpolated, Measure, Price, SiteRule, SumOf
from app.rules.measuring import full_mark_of
from app.rules.money import figure
from app.rules.scores import check_bands


def check_score_clause(clause: ScoreClause, full_mark: Decimal) -> Iterator[Fault]:
    """Name what is wrong with the scale of a clause and with what decides by it."""
    rule = clause.by_score
    scale = full_mark_of(rule.measure, full_mark) or full_mark
    match clause:
        case ScoreBands():
            for fault in check_bands([band for band, _ in clause.bands], scale):
                yield fault.under("/bands")
        case LinearBelowMark(mark=mark) | RatioToMark(mark=mark):
            yield from check_mark("/mark", mark, scale)
        case PiecewiseLinear():
            yield from check_mark("/mark", clause.mark, scale)
            yield from _check_stretches(clause)
        case RateSteps():
            yield from _check_steps(clause, scale)
    yield from _check_unscored(rule)
    yield from _check_deciding(rule)
    if rule.measure is not None:
        yield from (fault.under("/measure") for fault in check_measure(rule.measure))


def check_mark(pointer: str, mark: Decimal, full_mark: Decimal) -> Iterator[Fault]:
    """Name a mark that no score below the full mark could miss or reach."""
    if not 0 < mark <= full_mark:
        detail = f"The mark {mark} is not above 0 and at most the full mark {full_mark}."
        yield Fault(pointer, "mark-outside-scale", detail, "State a mark on the rubric's scale.")


def _check_steps(clause: RateSteps, scale: Decimal) -> Iterator[Fault]:
    """Name a step that lies above the largest rate: a percentage where a share is meant."""
    for band, _ in clause.bands:
        edge = band.below if band.below is not None else band.at_most
        if edge is not None and edge > scale:
            detail = f"A step lies at {figure(edge)}, above the largest rate of {figure(scale)}."
            yield Fault("/steps", "mark-outside-scale", detail, "State steps on the scale of what is measured.")
            return


def _check_stretches(clause: PiecewiseLinear) -> Iterator[Fault]:
    """Name stretches that do not go down from the mark to 0."""
    upper = clause.mark
    for place, (down_to, _) in enumerate(clause.stretches):
        last = place == len(clause.stretches) - 1
        if (down_to or Decimal(0)) >= upper or (down_to is None and not last):
            detail = f"The stretch does not go down from {figure(upper)}."
            yield Fault(
                f"/stretches/{place}/down_to", "stretch-not-down", detail, "State each end below the one before."
            )
            return
        if last and down_to:
            detail = f"Nothing says what a point below {figure(down_to)} costs."
            remedy = "Let the last stretch end at 0: leave its down_to out."
            yield Fault(f"/stretches/{place}/down_to", "stretches-end", detail, remedy)
        upper = down_to or Decimal(0)


def _check_deciding(rule: ByScore) -> Iterator[Fault]:
    """Name answers about what decides that do not go together."""
    longer = LENGTHS[rule.base] > 0
    if rule.measure is not None and rule.sites is not None:
        detail = "Both a measure and sites are said to decide."
        yield Fault("/sites", "two-measures", detail, "State one of them.")
    if rule.sites is not None:
        yield from _check_weights("/sites/weights", rule.sites.weights, len(rule.sites.sites))
        if len(set(rule.sites.sites)) != len(rule.sites.sites):
            yield Fault("/sites/sites", "site-twice", "A site is named twice.", "Name each site once.")
        by_coefficients = rule.sites.rule is SiteRule.MEAN_OF_COEFFICIENTS
        if longer and by_coefficients and rule.score not in (None, Combined.MEAN_OF_COEFFICIENTS):
            detail = "The sites give coefficients, the months are said to be taken together by their scores."
            yield Fault("/score", "coefficients-and-scores", detail, "State mean_of_coefficients for both.")
    if rule.score is Combined.WEIGHTED_MONTHS:
        yield from _check_weights("/weights", rule.weights or (Decimal(0),), len(rule.weights))
    elif rule.weights:
        detail = "Weights are stated, but not that the months are weighted."
        yield Fault("/weights", "weights-unused", detail, "State the score weighted_months, or leave them out.")
    if rule.lag is not None and rule.base is Base.CONTRACT_TOTAL:
        detail = "The contract has no earlier period whose score could decide about its total."
        yield Fault("/lag", "lag-of-contract", detail, "State a base of a month, a quarter or a year.")
    if rule.grace is not None and longer:
        detail = "The first months are paid apart, but the base is longer than a month."
        yield Fault("/grace", "grace-of-months", detail, "State a base of a month.")
    if rule.rounding is not None and rule.rounding.stage is Stage.PART and rule.part is None:
        detail = "The part at risk is said to be rounded, but no part is stated."
        yield Fault("/rounding/stage", "rounding-without-part", detail, "State the part, or another stage.")


def _check_weights(pointer: str, weights: Sequence[Decimal], wanted: int) -> Iterator[Fault]:
    if not weights:
        return
    total = sum((Fraction(weight) for weight in weights), start=Fraction(0))
    if len(weights) != wanted or total != 1:
        detail = f"{len(weights)} weights that sum to {figure(total)} are stated for {wanted}."
        yield Fault(pointer, "weights-miss-whole", detail, "State one weight for each; they sum to exactly 1.")


def _check_unscored(rule: ByScore) -> Iterator[Fault]:
    """Name an answer about a month without a score that the clause's base has no use for."""
    of_a_month = LENGTHS[rule.base] == 0
    for name in ("excused", "not_assessed"):
        answer: Unscored | None = getattr(rule, name)
        if answer is None or (answer is Unscored.LEFT_OUT) is not of_a_month:
            continue
        if of_a_month:
            detail = "A month that is left out is neither paid nor not paid."
            remedy = "State paid_in_full or not_paid."
        else:
            detail = f"{answer} is about a month's own fee, but the base is longer than a month."
            remedy = "State left_out, so that the other months decide, or leave the answer out."
        yield Fault(f"/{name}", "answer-misses-base", detail, remedy)


def check_measure(measure: Measure) -> Iterator[Fault]:
    """Name what is wrong with what is measured; pointers start at the measure."""
    match measure:
        case SumOf(parts=parts):
            for place, part in enumerate(parts):
                yield from (fault.under(f"/parts/{place}") for fault in check_measure(part))
        case Interpolated(knots=knots):
            places = [at for at, _ in knots]
            if len(set(places)) != len(places):
                detail = "Two knots are at one figure."
                yield Fault("/knots", "knot-twice", detail, "State each figure once.")
        case FindingScore():
            yield from _check_finding_score(measure)
        case _:
            pass


def check_prices(field: str, prices: Sequence[Price]) -> Iterator[Fault]:
    """Name what is wrong with what findings cost; `field` is the member that holds the prices without a level."""
    if not prices:
        detail = "No issue type is named, so no finding costs anything."
        yield Fault(f"/{field}", "nothing-priced", detail, "Name at least one issue type.")
    plain = {price.issue_type for price in prices if price.level is None}
    both = next((price.issue_type for price in prices if price.level is not None and price.issue_type in plain), None)
    if both is not None:
        detail = f"{both} has a price for any finding and prices by level."
        yield Fault(f"/by_level/{escaped(both)}", "priced-twice", detail, "State one or the other.")


def _check_finding_score(measure: FindingScore) -> Iterator[Fault]:
    yield from check_prices("points", measure.points.prices)
    named = dict(measure.subjects)
    if measure.subject is not None and measure.subject not in named:
        detail = f"{measure.subject} is not among the subjects."
        yield Fault("/subject", "unknown-subject", detail, "Name one of the subjects.")
    grouped = [issue_type for criterion in measure.criteria for issue_type in criterion.issue_types]
    twice = next((issue_type for issue_type in grouped if grouped.count(issue_type) > 1), None)
    if twice is not None:
        detail = f"{twice} belongs to more than one criterion."
        yield Fault("/criteria", "issue-type-twice", detail, "Name each issue type with one criterion.")
    priced = {price.issue_type for price in measure.points.prices}
    both = sorted({price.issue_type for price in measure.additions} & priced)
    if both:
        detail = f"A finding of {both[0]} both takes and adds points."
        yield Fault("/additions", "taken-and-added", detail, "State it once.")

"""What contradicts itself in the clauses that move money; an answer that is only missing is no fault."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from app.rules.bases import LENGTHS
from app.rules.clauses import (
    AllOrNothing,
    AmountPerFinding,
    AtRiskPool,
    Base,
    ByScore,
    Holdback,
    LinearBelowMark,
    MoneyClause,
    MoneyTerms,
    Payment,
    PayoutByScore,
    ProratedPayout,
    Rounding,
    Schedule,
    ScoreAward,
    ScoreBands,
    Stage,
    Unscored,
)
from app.rules.faults import Fault, escaped
from app.rules.holdbacks import has_ceiling
from app.rules.money import figure, yuan
from app.rules.scores import check_bands

_FEN_PLACES = 2


def check_money(terms: MoneyTerms, full_mark: Decimal) -> tuple[Fault, ...]:
    """Name every contradiction; pointers start at the terms document."""
    faults = [
        fault.under(f"/money/{place}")
        for place, clause in enumerate(terms.clauses)
        for fault in _check_clause(clause, full_mark)
    ]
    faults += _check_together(terms.clauses)
    if terms.payment:
        faults += [fault.under("/payment") for fault in _check_payment(terms.payment)]
    return tuple(faults)


def _check_clause(clause: MoneyClause, full_mark: Decimal) -> Iterator[Fault]:
    match clause:
        case ScoreBands() | PayoutByScore():
            for fault in check_bands([band for band, _ in clause.bands], full_mark):
                yield fault.under("/bands")
        case LinearBelowMark(mark=mark) | AllOrNothing(mark=mark):
            yield from _check_mark("/mark", mark, full_mark)
        case ScoreAward(floor=floor) if floor is not None:
            yield from _check_mark("/floor", floor, full_mark)
        case Holdback():
            yield from _check_holdback(clause)
        case ProratedPayout():
            yield from _check_prorated(clause)
        case AmountPerFinding(cap=cap) if cap and (cap.share is None) == (cap.fen is None):
            detail = "The cap states both a share and an amount, or neither."
            yield Fault("/cap", "cap-unclear", detail, "State either a share of the base or an amount.")
        case _:
            pass
    if isinstance(clause, ScoreBands | LinearBelowMark):
        yield from _check_unscored(clause.by_score)
    rounding = _rounding_of(clause)
    if rounding is not None:
        yield from _check_rounding(rounding)


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


def _rounding_of(clause: MoneyClause) -> Rounding | None:
    match clause:
        case ScoreBands() | LinearBelowMark():
            return clause.by_score.rounding
        case ProratedPayout() | AllOrNothing():
            return None
        case _:
            return clause.rounding


def _check_rounding(rounding: Rounding) -> Iterator[Fault]:
    if rounding.stage is Stage.AMOUNT and rounding.places > _FEN_PLACES:
        detail = f"An amount cannot be kept with {rounding.places} places: a fen is the smallest part of a yuan."
        yield Fault("/rounding/places", "rounding-below-fen", detail, "State at most 2 places for an amount.")


def _check_mark(pointer: str, mark: Decimal, full_mark: Decimal) -> Iterator[Fault]:
    if not 0 < mark <= full_mark:
        detail = f"The mark {mark} is not above 0 and at most the full mark {full_mark}."
        yield Fault(pointer, "mark-outside-scale", detail, "State a mark on the rubric's scale.")


def _check_holdback(clause: Holdback) -> Iterator[Fault]:
    released = sum((Fraction(release.share) for release in clause.releases), start=Fraction(0))
    if released > 1:
        detail = "The releases return more than all of what is held back."
        yield Fault("/releases", "releases-above-all", detail, "State shares that sum to at most 1.")
    codes = [release.code for release in clause.releases]
    for place, code in enumerate(codes):
        if code in codes[:place]:
            detail = f'More than one release is coded "{code}".'
            yield Fault(f"/releases/{place}/code", "duplicate-release", detail, "Give each a code of its own.")
    stated = [clause.ceiling_share, clause.ceiling_fen]
    if has_ceiling(clause) and stated.count(None) != 1:
        detail = "The ceiling states both a share and an amount, or neither."
        yield Fault("/ceiling", "ceiling-unclear", detail, "State either a share of a base or an amount.")


def _check_prorated(clause: ProratedPayout) -> Iterator[Fault]:
    if not clause.served:
        detail = "No month is named as served, so nothing can be divided by their number."
        yield Fault("/served", "no-month-served", detail, "Name the months served.")
    strange = sorted(set(clause.assessed) - set(clause.served))
    if strange:
        detail = f"{strange[0]} is named as assessed, but not as served."
        yield Fault("/assessed", "assessed-not-served", detail, "Name it among the months served as well.")
    for name in ("served", "assessed"):
        months = getattr(clause, name)
        if len(set(months)) != len(months):
            detail = f"A month is named twice among those {name}."
            yield Fault(f"/{name}", "month-twice", detail, "Name each month once.")
    for place, candidate in enumerate(clause.candidates):
        if candidate.fen > clause.total.fen:
            detail = f"{yuan(candidate.fen)} is more than the total of {yuan(clause.total.fen)} that it is taken from."
            yield Fault(f"/excluded/candidates/{place}/value", "excluded-above-total", detail, "Check both sums.")
    ids = [reading.code for reading in clause.readings]
    if len(set(ids)) != len(ids):
        detail = "Two readings have one id."
        yield Fault("/readings", "duplicate-reading", detail, "Give each an id of its own.")
    yield from _check_names(clause)


def _check_names(clause: ProratedPayout) -> Iterator[Fault]:
    if clause.total.name == clause.excluded:
        detail = f'Both the total and the excluded sum are called "{clause.excluded}".'
        yield Fault("/excluded/name", "one-name-twice", detail, "Give each a name of its own.")
    for place, reading in enumerate(clause.readings):
        if "." in reading.code:
            detail = f'The id "{reading.code}" holds a dot, which stands before the number of a candidate.'
            yield Fault(f"/readings/{place}/id", "dot-in-reading", detail, "Leave the dot out.")


def _check_together(clauses: Sequence[MoneyClause]) -> Iterator[Fault]:
    """Name what the clauses say twice, or against each other."""
    pools = [place for place, clause in enumerate(clauses) if isinstance(clause, AtRiskPool)]
    for place in pools[1:]:
        detail = "More than one clause puts a part of the month's fee at risk."
        yield Fault(f"/money/{place}", "second-pool", detail, "State one pool at risk.")
    holdbacks = [place for place, clause in enumerate(clauses) if isinstance(clause, Holdback)]
    for place in holdbacks[1:]:
        detail = "More than one clause holds back a part of the fee."
        yield Fault(f"/money/{place}", "second-holdback", detail, "State one holdback, with its ceiling and releases.")
    kept = any(clause.kept for clause in clauses if isinstance(clause, AtRiskPool))
    for place, clause in enumerate(clauses):
        if not kept or not isinstance(clause, ScoreBands | LinearBelowMark):
            continue
        if clause.by_score.base is Base.AT_RISK_POOL:
            detail = "The pool is kept back for a payout, and a clause deducts from it every month."
            yield Fault(f"/money/{place}/base", "pool-paid-twice", detail, "Keep the pool, or pay it by the month.")

    yield from _check_priced_twice(clauses)
    if any(clause.caps_deductions for clause in clauses if isinstance(clause, AtRiskPool)):
        for place, clause in enumerate(clauses):
            if isinstance(clause, ScoreBands | LinearBelowMark) and LENGTHS[clause.by_score.base]:
                detail = "The pool of one month caps the deductions, and a clause deducts from more than a month."
                remedy = "Let the clause deduct from the month's fee or pool, or let the pool cap nothing."
                yield Fault(f"/money/{place}/base", "pool-caps-longer-base", detail, remedy)


def _check_priced_twice(clauses: Sequence[MoneyClause]) -> Iterator[Fault]:
    priced: set[str] = set()
    for place, clause in enumerate(clauses):
        if not isinstance(clause, AmountPerFinding):
            continue
        for issue_type, _ in clause.amounts:
            if issue_type in priced:
                detail = f"An earlier clause states an amount for {issue_type} as well."
                pointer = f"/money/{place}/amounts/{escaped(issue_type)}"
                yield Fault(pointer, "priced-twice", detail, "State one amount for each issue type.")
            priced.add(issue_type)


def _check_payment(payment: Payment) -> Iterator[Fault]:
    if payment.rounding:
        yield from _check_rounding(payment.rounding)
    if payment.instalments and payment.schedule is not Schedule.INSTALMENTS:
        detail = f"Instalments are stated, but the schedule is {payment.schedule}."
        yield Fault("/instalments", "instalments-unused", detail, "State the schedule instalments, or leave them out.")
        return
    if payment.schedule is not Schedule.INSTALMENTS or not payment.instalments:
        return
    total = sum((Fraction(entry.share) for entry in payment.instalments), start=Fraction(0))
    if total != 1:
        detail = f"The shares of the instalments sum to {figure(total)}, not to 1."
        yield Fault("/instalments", "shares-miss-whole", detail, "State shares that sum to exactly 1.")
    months = [month for entry in payment.instalments for month in entry.months]
    twice = next((month for month in months if months.count(month) > 1), None)
    if twice is not None:
        detail = f"{twice} comes off more than one instalment."
        yield Fault("/instalments", "month-twice", detail, "Name each month with one instalment.")

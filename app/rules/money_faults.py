"""What contradicts itself in the clauses that move money; an answer that is only missing is no fault."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from app.rules.bases import LENGTHS
from app.rules.clauses import (
    AllOrNothing,
    AtRiskPool,
    Base,
    Bonus,
    Cap,
    FindingClause,
    Holdback,
    MoneyClause,
    MoneyTerms,
    NoLink,
    PayoutByScore,
    PerFinding,
    PointsRatchet,
    PriceUnit,
    ProratedPayout,
    Rounding,
    ScoreAward,
    ScoreClause,
)
from app.rules.faults import Fault, escaped
from app.rules.fund_faults import check_holdback, check_prorated
from app.rules.limits import BASES_OF_WINDOWS
from app.rules.money import figure
from app.rules.payment_faults import check_payment, check_rounding
from app.rules.score_faults import check_mark, check_measure, check_prices, check_score_clause
from app.rules.scores import check_bands

_BY_YEAR_SCORE = PayoutByScore | ScoreAward | AllOrNothing


def check_money(terms: MoneyTerms, full_mark: Decimal) -> tuple[Fault, ...]:
    """Name every contradiction; pointers start at the terms document."""
    faults = [
        fault.under(f"/money/{place}")
        for place, clause in enumerate(terms.clauses)
        for fault in _check_clause(clause, full_mark)
    ]
    faults += _check_together(terms.clauses)
    if terms.payment:
        faults += [fault.under("/payment") for fault in check_payment(terms.payment)]
    return tuple(faults)


def _check_clause(clause: MoneyClause, full_mark: Decimal) -> Iterator[Fault]:
    if isinstance(clause, ScoreClause):
        yield from check_score_clause(clause, full_mark)
    elif isinstance(clause, FindingClause | Bonus):
        yield from _check_costs(clause)
    else:
        yield from _check_fund(clause, full_mark)
    rounding = _rounding_of(clause)
    if rounding is not None:
        yield from check_rounding(rounding, parts=isinstance(clause, ScoreClause))


def _check_costs(clause: FindingClause | Bonus) -> Iterator[Fault]:
    match clause:
        case PerFinding():
            yield from _check_priced(clause)
        case PointsRatchet():
            yield from _check_ratchet(clause)
        case Bonus():
            yield from _check_bonus(clause)


def _check_fund(clause: MoneyClause, full_mark: Decimal) -> Iterator[Fault]:
    match clause:
        case PayoutByScore():
            for fault in check_bands([band for band, _ in clause.bands], full_mark):
                yield fault.under("/bands")
        case AllOrNothing(mark=mark):
            yield from check_mark("/mark", mark, full_mark)
        case ScoreAward(floor=floor) if floor is not None:
            yield from check_mark("/floor", floor, full_mark)
        case Holdback():
            yield from check_holdback(clause)
        case ProratedPayout():
            yield from check_prorated(clause)
        case _:
            pass


def _check_cap(cap: Cap | None, pointer: str = "/cap") -> Iterator[Fault]:
    if cap and (cap.share is None) == (cap.fen is None):
        detail = "The cap states both a share and an amount, or neither."
        yield Fault(pointer, "cap-unclear", detail, "State either a share of the base or an amount.")


def _check_priced(clause: PerFinding) -> Iterator[Fault]:
    yield from _check_cap(clause.cap)
    yield from check_prices(_field(clause), clause.prices)
    if clause.base is Base.MONTH_FINES and clause.cap is not None and clause.cap.share is not None:
        detail = "The cap is a share of the month's fines, which the clause itself adds to."
        yield Fault("/cap/share", "cap-of-fines", detail, "State an amount.")


def _field(clause: PerFinding) -> str:
    """Name the member of the document that holds a clause's prices."""
    return "per_day" if clause.per_day else {PriceUnit.YUAN: "amounts", PriceUnit.SHARE: "shares"}[clause.unit]


def _check_ratchet(clause: PointsRatchet) -> Iterator[Fault]:
    yield from _check_cap(clause.cap)
    yield from check_prices("points", clause.points.prices)
    if (clause.each is None) == (clause.share is None):
        detail = "A point costs both an amount and a share, or neither."
        yield Fault("/each", "price-unclear", detail, "State either each or share.")
    reached, before = clause.free, Decimal(0)
    for place, (up_to, factor) in enumerate(clause.tiers):
        if factor < before:
            detail = f"The factor falls to {figure(factor)}: more points would cost less."
            yield Fault(f"/tiers/{place}/factor", "factor-falls", detail, "State factors that do not fall.")
        before = factor
        last = place == len(clause.tiers) - 1
        if (up_to is None) is not last or (up_to is not None and up_to <= reached):
            detail = f"The tiers do not go up from {figure(reached)} without an end."
            remedy = "State each end above the one before, and none for the last."
            yield Fault(f"/tiers/{place}/up_to", "tiers-not-up", detail, remedy)
            return
        reached = up_to or reached


def _check_bonus(clause: Bonus) -> Iterator[Fault]:
    yield from _check_cap(clause.pool, "/pool")
    pool = clause.pool
    if pool and pool.share is not None and LENGTHS[clause.base] < LENGTHS[BASES_OF_WINDOWS[pool.window]]:
        detail = f"The pool counts over a {pool.window}, but is a share of a {clause.base}."
        yield Fault("/pool/share", "pool-base-too-short", detail, "State an amount, or a base that is as long.")
    total = sum((Fraction(share) for share, _ in clause.split), start=Fraction(0))
    if total != 1:
        detail = f"The shares that are paid sum to {figure(total)}, not to 1."
        yield Fault("/split", "shares-miss-whole", detail, "State shares that sum to exactly 1.")
    for place, condition in enumerate(clause.conditions):
        band = condition.band
        if [band.at_least, band.above, band.below, band.at_most].count(None) == 4:  # noqa: PLR2004 no edge at all
            yield Fault(f"/conditions/{place}", "condition-empty", "Nothing has to hold.", "State an edge.")
        if condition.measure is not None:
            faults = check_measure(condition.measure)
            yield from (fault.under(f"/conditions/{place}/measure") for fault in faults)


def _rounding_of(clause: MoneyClause) -> Rounding | None:
    if isinstance(clause, ScoreClause):
        return clause.by_score.rounding
    return None if isinstance(clause, ProratedPayout | AllOrNothing | NoLink) else clause.rounding


def _check_together(clauses: Sequence[MoneyClause]) -> Iterator[Fault]:
    """Name what the clauses say twice, or against each other."""
    yield from _check_once(clauses)
    yield from _check_pool(clauses)
    yield from _check_priced_twice(clauses)
    yield from _check_parts(clauses)
    yield from _check_link(clauses)


def _check_once(clauses: Sequence[MoneyClause]) -> Iterator[Fault]:
    """Name what may be stated once and is stated again."""
    pools = [place for place, clause in enumerate(clauses) if isinstance(clause, AtRiskPool)]
    for place in pools[1:]:
        detail = "More than one clause puts a part of the month's fee at risk."
        yield Fault(f"/money/{place}", "second-pool", detail, "State one pool at risk.")
    holdbacks = [place for place, clause in enumerate(clauses) if isinstance(clause, Holdback)]
    for place in holdbacks[1:]:
        detail = "More than one clause holds back a part of the fee."
        yield Fault(f"/money/{place}", "second-holdback", detail, "State one holdback, with its ceiling and releases.")
    for place, clause in enumerate(clauses):
        if clause in clauses[:place] and not isinstance(clause, AtRiskPool | Holdback | PerFinding):
            detail = "An earlier clause says the very same."
            yield Fault(f"/money/{place}", "clause-twice", detail, "State each clause once.")
    payouts = [(place, clause) for place, clause in enumerate(clauses) if isinstance(clause, _BY_YEAR_SCORE)]
    for number, (place, clause) in enumerate(payouts):
        if any(clause.source is other.source for _, other in payouts[:number]):
            detail = f"More than one clause says what a year's score earns of the {clause.source}."
            yield Fault(f"/money/{place}", "second-payout", detail, "State one of them for each fund.")


def _check_pool(clauses: Sequence[MoneyClause]) -> Iterator[Fault]:
    """Name clauses by the score that a pool at risk does not go together with."""
    kept = any(clause.kept for clause in clauses if isinstance(clause, AtRiskPool))
    caps = any(clause.caps_deductions for clause in clauses if isinstance(clause, AtRiskPool))
    for place, clause in enumerate(clauses):
        if not isinstance(clause, ScoreClause):
            continue
        base = clause.by_score.base
        if kept and base is Base.AT_RISK_POOL:
            detail = "The pool is kept back for a payout, and a clause deducts from it every month."
            yield Fault(f"/money/{place}/base", "pool-paid-twice", detail, "Keep the pool, or pay it by the month.")
        if caps and LENGTHS[base]:
            detail = "The pool of one month caps the deductions, and a clause deducts from more than a month."
            remedy = "Let the clause deduct from the month's fee or pool, or let the pool cap nothing."
            yield Fault(f"/money/{place}/base", "pool-caps-longer-base", detail, remedy)


def _check_link(clauses: Sequence[MoneyClause]) -> Iterator[Fault]:
    """Name a statement that there is no link beside clauses that make one."""
    linked = any(isinstance(clause, ScoreClause | FindingClause | AtRiskPool) for clause in clauses)
    for place, clause in enumerate(clauses):
        if linked and isinstance(clause, NoLink):
            detail = "The terms say that nothing ties the fee to the assessment, and state clauses that do."
            yield Fault(f"/money/{place}", "link-stated", detail, "Leave no_link out, or the other clauses.")


def _check_parts(clauses: Sequence[MoneyClause]) -> Iterator[Fault]:
    """Name parts at risk of one base that are more than all of it together."""
    reached: dict[Base, Fraction] = {}
    for place, clause in enumerate(clauses):
        if not isinstance(clause, ScoreClause) or clause.by_score.part is None:
            continue
        base = clause.by_score.base
        reached[base] = reached.get(base, Fraction(0)) + clause.by_score.part
        if reached[base] > 1:
            detail = f"The parts of {base} at risk sum to {figure(reached[base])}, more than all of it."
            yield Fault(f"/money/{place}/part", "parts-above-whole", detail, "State parts that sum to at most 1.")


def _check_priced_twice(clauses: Sequence[MoneyClause]) -> Iterator[Fault]:
    """Name an issue type that two clauses price in the same way; an amount and a share may stand side by side."""
    priced: set[tuple[str, PriceUnit]] = set()
    for place, clause in enumerate(clauses):
        if not isinstance(clause, PerFinding):
            continue
        field = _field(clause)
        for issue_type in dict.fromkeys(price.issue_type for price in clause.prices):
            if (issue_type, clause.unit) in priced:
                detail = f"An earlier clause states a price for {issue_type} as well."
                pointer = f"/money/{place}/{field}/{escaped(issue_type)}"
                yield Fault(pointer, "priced-twice", detail, "State one price for each issue type.")
            priced.add((issue_type, clause.unit))

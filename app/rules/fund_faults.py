"""What contradicts itself in the clauses that keep money back and pay it out; pointers start at the clause."""

from collections.abc import Iterator
from fractions import Fraction

from app.rules.clauses import Holdback, ProratedPayout
from app.rules.faults import Fault
from app.rules.holdbacks import has_ceiling
from app.rules.money import yuan


def check_holdback(clause: Holdback) -> Iterator[Fault]:
    """Name what is wrong with releases and ceilings."""
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


def check_prorated(clause: ProratedPayout) -> Iterator[Fault]:
    """Name what is wrong with months, sums and readings."""
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

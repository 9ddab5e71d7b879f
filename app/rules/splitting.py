"""How a sum is split so that its parts add up to it again, to the fen (clauses.md section 4)."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise

from app.rules.money import rounded


def part(total: int, parts: int, number: int) -> int:
    """Give the part of that number, from 1, of a sum in fen that is split into so many equal parts.

    The parts sum to the total and are at most one fen apart; the parts of a negative sum are the negative parts.
    """
    if not 1 <= number <= parts:
        raise ValueError(f"a sum of {parts} parts has no part {number}")
    return rounded(Fraction(total * number, parts)) - rounded(Fraction(total * (number - 1), parts))


def rest_last(total: int, parts: int, number: int) -> int:
    """Give such a part where the contract says that the last one takes the rest: the others are all alike."""
    if not 1 <= number <= parts:
        raise ValueError(f"a sum of {parts} parts has no part {number}")
    each = rounded(Fraction(total, parts))
    return total - each * (parts - 1) if number == parts else each


def by_shares(total: int, shares: Sequence[Fraction]) -> tuple[int, ...]:
    """Split a sum in fen by shares that sum to 1: each part ends where the shares so far, rounded once, end."""
    if sum(shares) != 1:
        raise ValueError(f"the shares sum to {sum(shares)}, not to 1")
    ends = [0, *(rounded(total * reached) for reached in accumulate(shares))]
    return tuple(after - before for before, after in pairwise(ends))

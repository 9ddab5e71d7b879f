"""Walks over a keyboard: keys in one line, along a row or down a column, shifted or not, or two such lines in turn."""

from itertools import pairwise

_ROWS = ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./")
"""The keys of the keyboard that is usual in China; each row lies half a key to the right of the one above it."""
_SHIFTED = str.maketrans('!@#$%^&*()_+{}:"<>?', "1234567890-=[];',./")
_PLACES = {key: (row, place) for row, keys in enumerate(_ROWS) for place, key in enumerate(keys)}
_STEPS = frozenset({(0, 0), (0, 1), (0, -1), (1, 0), (1, -1), (-1, 0), (-1, 1)})
"""From a key to itself and to its neighbours: in its row, below it and above it."""
LEAST_WALK = 3
"""Keys from which on a line is a walk: with two, nearly every word would hold one."""


def off_walks(text: str) -> int:
    """Count the characters of a text that belong to no walk; of two lines in turn, as in 1q2w3e, both are walks."""
    keys = text.casefold().translate(_SHIFTED)
    return min(_off(keys), _off(keys[::2] + keys[1::2]))


def _off(keys: str) -> int:
    """Count the characters that stand in no line of at least so many."""
    steps = [_step(one, other) for one, other in pairwise(keys)]
    walked: set[int] = set()
    for place in range(len(steps) - LEAST_WALK + 2):
        line = steps[place : place + LEAST_WALK - 1]
        if line[0] in _STEPS and len(set(line)) == 1:
            walked.update(range(place, place + LEAST_WALK))
    return len(keys) - len(walked)


def _step(one: str, other: str) -> tuple[int, int] | None:
    """Say how one gets from a key to another; None where one of them is no key."""
    if one not in _PLACES or other not in _PLACES:
        return None
    (row, place), (next_row, next_place) = _PLACES[one], _PLACES[other]
    return next_row - row, next_place - place

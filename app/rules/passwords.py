"""What a password must be: two named profiles, each with its source.

A password is taken as it was typed: it is never cut, trimmed or normalised, so what a keyboard sends is what is hashed.
Characters are counted as Unicode code points.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.rules.faults import Fault
from app.rules.keyboard import off_walks

LONGEST = 128
"""Characters that one password may have: enough for a sentence, and a bound on what is hashed (NIST SP 800-63B: at
least 64)."""
LEAST_DIFFERENT = 5
"""Different characters below which a password is a repetition, whatever its length."""
LEAST_OFF_WALKS = 6
"""Characters outside of walks over the keyboard below which a password is such a walk with something around it."""
_LONGEST_PIECE = 4
"""A password that is one piece of at most so many characters again and again counts as that piece."""
_LEAST_NAME = 3
"""Characters from which on a user's name is looked for inside of the password."""
_LEET = str.maketrans({"@": "a", "0": "o", "1": "l", "3": "e", "$": "s", "5": "s", "7": "t"})
_KINDS = 4


@dataclass(frozen=True, slots=True)
class Policy:
    """One profile; 0 means that the profile does not ask for it."""

    name: str
    shortest: int
    """Characters."""
    kinds: int
    """Of capital letters, small letters, digits and everything else, how many must be there."""
    oldest: timedelta | None
    """For how long a password is good."""
    remembered: int
    """How many of the last passwords, the present one included, may not be taken again."""


DENGBAO = Policy("dengbao", shortest=10, kinds=3, oldest=timedelta(days=90), remembered=5)
"""等保 (GB/T 22239-2019, 8.1.4.1 a): complex and changed regularly; the figures are those that assessors ask for, with
two characters more than their eight."""
ASVS = Policy("asvs", shortest=12, kinds=0, oldest=None, remembered=1)
"""OWASP ASVS 4.0.3, V2.1: length and a block list, no composition, no regular change."""

PROFILES = {policy.name: policy for policy in (DENGBAO, ASVS)}


def faults(policy: Policy, password: str, name: str, blocked: AbstractSet[str], pointer: str = "") -> list[Fault]:
    """Name every rule that the password of the user of this name breaks; none means that it may be taken.

    `blocked` holds words in small letters. A password is blocked where it is one of them, also behind figures and
    signs put before or after it, or with figures in the place of letters.
    """
    found = []
    if len(password) < policy.shortest:
        detail = f"It has {len(password)} characters; at least {policy.shortest} are needed."
        found.append(Fault(pointer, "password-too-short", detail, "Choose a longer one, such as four words in a row."))
    if len(password) > LONGEST:
        detail = f"It has {len(password)} characters; at most {LONGEST} are taken."
        found.append(Fault(pointer, "password-too-long", detail, "Choose a shorter one: it is never cut."))
    if kinds(password) < policy.kinds:
        detail = f"It has {kinds(password)} of the {_KINDS} kinds of characters; {policy.kinds} are needed."
        remedy = "Mix capital letters, small letters, digits and other characters."
        found.append(Fault(pointer, "password-too-plain", detail, remedy))
    if is_blocked(password, name, blocked):
        detail = "It is a common password, a keyboard walk, a repetition, or rests on a word of this service or a name."
        remedy = "Choose one that nobody would try first; figures put before or after a common word do not help."
        found.append(Fault(pointer, "password-blocked", detail, remedy))
    return found


def reused(pointer: str = "") -> Fault:
    """Say that the password was had before."""
    detail = "It is one of the last that you had."
    return Fault(pointer, "password-reused", detail, "Choose one that you have not had.")


def kinds(password: str) -> int:
    """Count the kinds of characters: capital letters, small letters, digits, everything else."""
    kinds = (
        any(character.isupper() for character in password),
        any(character.islower() for character in password),
        any(character.isdecimal() for character in password),
        any(not (character.isupper() or character.islower() or character.isdecimal()) for character in password),
    )
    return sum(kinds)


def is_blocked(password: str, name: str, blocked: AbstractSet[str]) -> bool:
    """Tell whether the password is common, a repetition, a walk over the keyboard, or rests on the user's own name."""
    lower = password.casefold()
    if len(set(lower)) < LEAST_DIFFERENT or off_walks(password) < min(LEAST_OFF_WALKS, len(password)):
        return True
    own = name.casefold()
    if len(own) >= _LEAST_NAME and own in lower:
        return True
    forms = {lower, lower.translate(_LEET)}
    forms |= {_bare(form) for form in forms} | {_bare(lower).translate(_LEET)}
    forms |= {_piece(form) for form in forms}
    return not forms.isdisjoint(blocked)


def is_too_old(policy: Policy, set_at: datetime, now: datetime) -> bool:
    """Tell whether a password that was set then must be changed before anything else is done."""
    return policy.oldest is not None and now - set_at >= policy.oldest


def _bare(text: str) -> str:
    """Take off the figures and signs around the letters."""
    letters = [place for place, character in enumerate(text) if character.isalpha()]
    return text[letters[0] : letters[-1] + 1] if letters else ""


def _piece(text: str) -> str:
    """Give the piece that the text repeats, or the text itself."""
    for length in range(1, _LONGEST_PIECE + 1):
        if len(text) > length and text == (text[:length] * (len(text) // length + 1))[: len(text)]:
            return text[:length]
    half = len(text) // 2
    return text[:half] if half and text[:half] * 2 == text else text

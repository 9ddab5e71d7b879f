"""投诉线索: what a signal is about, by its center's own catalogues; and which signals tell of one incident.

Nothing is guessed: what is not named by a code or a name, and what two things are named by, stays unmatched.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

WINDOW_DAYS = 3
"""Signals of different days tell of one incident only if they lie at most this many days apart."""
SIMILAR_PERCENT = 60
"""And only if their wordings share this much: pairs of neighbouring characters, counted in both."""
FEWEST_PAIRS = 8
"""A wording with fewer pairs ("态度差") says too little to tell one incident from another."""


class MatchedBy(StrEnum):
    """What named it."""

    CODE = "code"
    NAME = "name"
    AS_STATED = "as_stated"
    """The center has no list of them, so that they are named freely."""
    ONLY_CONTRACT = "only_contract"
    """It is the only contract in service on that day."""


class Unmatched(StrEnum):
    """Why nothing was matched."""

    NOT_STATED = "not_stated"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    NONE_IN_SERVICE = "none_in_service"


@dataclass(frozen=True, slots=True)
class Match:
    """What one part of a signal is about: a value and what named it, or why there is none; candidates if several."""

    value: str | None = None
    by: MatchedBy | None = None
    why_not: Unmatched | None = None
    candidates: tuple[str, ...] = ()


def match_named(stated: str | None, catalogue: Mapping[str, Sequence[str]]) -> Match:
    """Find what is stated among codes, then among the names of each code; a name of two things matches neither."""
    if stated is None:
        return Match(why_not=Unmatched.NOT_STATED)
    if stated in catalogue:
        return Match(stated, MatchedBy.CODE)
    wanted = _folded(stated)
    for by, found in (
        (MatchedBy.CODE, [code for code in catalogue if _folded(code) == wanted]),
        (MatchedBy.NAME, [code for code, names in catalogue.items() if wanted in map(_folded, names)]),
    ):
        if len(found) == 1:
            return Match(found[0], by)
        if found:
            return Match(why_not=Unmatched.AMBIGUOUS, candidates=tuple(sorted(found)))
    return Match(why_not=Unmatched.UNKNOWN)


def match_contract(in_service: Iterable[str]) -> Match:
    """Find the contract that was in service: the only one, or none, or all of them as candidates."""
    found = tuple(sorted(in_service))
    if len(found) == 1:
        return Match(found[0], MatchedBy.ONLY_CONTRACT)
    return Match(why_not=Unmatched.AMBIGUOUS if found else Unmatched.NONE_IN_SERVICE, candidates=found)


# ---------------------------------------------------------------- one incident


@dataclass(frozen=True, slots=True, order=True)
class Report:
    """A signal as the grouping sees it: those compared are of one center, one counter and one issue type."""

    on: date
    at: datetime
    source: str
    external_ref: str
    wording: str
    """Empty where the signal has no text."""


class Likeness(StrEnum):
    """Why two signals tell of one incident."""

    SAME_DAY = "same_day"
    SIMILAR_WORDING = "similar_wording"


@dataclass(frozen=True, slots=True)
class Because:
    """Why a signal stands with the first one of its incident."""

    likeness: Likeness
    days_apart: int
    wording_percent: int | None
    """None where one of the two says too little to be compared."""


@dataclass(frozen=True, slots=True)
class Group:
    """Signals of one incident: the first one, and each other with what it shares with the first."""

    first: Report
    others: tuple[tuple[Report, Because], ...]


def likeness(one: Report, other: Report) -> Because | None:
    """Tell whether and why two signals tell of one incident; the same whichever is named first."""
    days = abs((one.on - other.on).days)
    percent = _shared_percent(one.wording, other.wording)
    if days == 0:
        return Because(Likeness.SAME_DAY, days, percent)
    if days <= WINDOW_DAYS and percent is not None and percent >= SIMILAR_PERCENT:
        return Because(Likeness.SIMILAR_WORDING, days, percent)
    return None


def group(reports: Iterable[Report]) -> list[Group]:
    """Group signals around the earliest of each incident, in the order of what happened.

    Each is compared with the first of its group and never with the last, so that a counter about which somebody
    complains every day does not become one incident without an end. The groups are those of the set, in whatever
    order the signals came in.
    """
    left = sorted(set(reports))
    groups = []
    while left:
        first, *rest = left
        alike = [(report, because) for report in rest if (because := likeness(first, report))]
        taken = {report for report, _ in alike}
        groups.append(Group(first, tuple(alike)))
        left = [report for report in rest if report not in taken]
    return groups


def _folded(text: str) -> str:
    """Give what two ways of writing one name share: width, case and blanks do not count."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _pairs(text: str) -> set[str]:
    plain = "".join(character for character in _folded(text) if character.isalnum())
    return {plain[place : place + 2] for place in range(len(plain) - 1)}


def _shared_percent(one: str, other: str) -> int | None:
    pairs, others = _pairs(one), _pairs(other)
    if min(len(pairs), len(others)) < FEWEST_PAIRS:
        return None
    return 200 * len(pairs & others) // (len(pairs) + len(others))

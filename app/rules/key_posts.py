"""Key posts (关键岗位): which the terms name, and over which days nobody held one of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.rules.deadlines import DueDateRule
from app.rules.faults import Fault


@dataclass(frozen=True, slots=True)
class KeyPost:
    """A post that the contract names, and by when a vacancy of it is to be filled."""

    code: str
    name: str
    due: DueDateRule


@dataclass(frozen=True, slots=True)
class PostFact:
    """What happened to a post on a day: somebody holds it from then on, or with `holder` None nobody does.

    `on` is the first day of what it tells: the first day held, or (`vacated_on`) the first day without a holder. Who
    leaves on the day from which the post was held has therefore held it on no day.
    """

    on: date
    holder: str | None


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A stretch without a holder, from `since` until it was filled; still vacant where that is None."""

    since: date
    filled_on: date | None


def vacancies(first_day: date, facts: Sequence[PostFact]) -> tuple[Vacancy, ...]:
    """Give the vacancies of a post, by its facts in their order; until somebody is named it is vacant.

    None begins before `first_day`, from which the post is asked for: what happened earlier counts as of that day. A
    vacancy that is filled and falls vacant again on one day was filled on no day, and stands from where it began. A
    post that changes hands on a day is not vacant.
    """
    found = {first_day: Vacancy(first_day, None)}
    latest = first_day
    for fact in facts:
        on = max(fact.on, first_day)
        vacant = found[latest]
        if fact.holder is None:
            if vacant.filled_on is not None:
                latest = latest if on <= vacant.filled_on else on
                found[latest] = Vacancy(latest, None)
        elif vacant.filled_on is None:
            found[latest] = Vacancy(latest, on)
    return tuple(found[since] for since in sorted(found))


def holder_now(facts: Sequence[PostFact]) -> PostFact | None:
    """Give the fact by which somebody holds the post now; None where it is vacant."""
    last = facts[-1] if facts else None
    return last if last is not None and last.holder is not None else None


def held_no_day(facts: Sequence[PostFact], vacated_on: date) -> PostFact | None:
    """Give the holding that would have no day if the post fell vacant on a day; None where it has one."""
    holder = holder_now(facts)
    return holder if holder is not None and vacated_on <= holder.on else None


def check_key_posts(posts: Iterable[KeyPost]) -> tuple[Fault, ...]:
    """Name a post that the clause states twice; pointers start at the clause."""
    seen: dict[str, int] = {}
    faults = []
    for place, post in enumerate(posts):
        first = seen.setdefault(post.code, place)
        if first != place:
            detail = f"The post '{post.code}' is stated twice."
            faults.append(Fault(f"/{place}/post", "post-twice", detail, f"Leave this one out, or /{first}."))
    return tuple(faults)


def subject_of(post: str, since: date) -> str:
    """Give the subject of a vacancy's due date: the post and the day on which it fell vacant."""
    return f"{post}/{since.isoformat()}"


def post_of(subject: str) -> str:
    """Give the post that a due date's subject names."""
    return subject.rpartition("/")[0]


def since_of(subject: str) -> date:
    """Give the day that a due date's subject names."""
    return date.fromisoformat(subject.rpartition("/")[2])

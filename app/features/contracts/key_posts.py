"""The vacancies of a contract's key posts, from the terms that name the posts and the facts about their holders."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.contracts import duty_queries
from app.features.contracts.versions import Version, version_for
from app.models import Contract
from app.rules.key_posts import PostFact, Vacancy, vacancies
from app.rules.periods import Period, periods_between


def facts_of(rows: Iterable[RowMapping]) -> dict[str, list[PostFact]]:
    """Group the recorded facts by their post, each post's in the order of their days, then of their recording."""
    found: dict[str, list[PostFact]] = {}
    for row in sorted(rows, key=lambda row: (row["happened_on"], row["number"])):
        found.setdefault(row["post"], []).append(PostFact(row["happened_on"], row["holder"]))
    return found


def asked_from(contract: Contract, versions: Sequence[Version]) -> dict[str, date]:
    """Give for each key post the first recorded day of service on which the terms, as known now, ask for it."""
    known_on = max(version.agreed_on for version in versions)
    first = Period.parse(contract.recorded_from)
    found: dict[str, date] = {}
    for period in periods_between(first, Period.of(contract.closed_on or contract.ends_on)):
        version = version_for(versions, period, known_on)
        if version is not None:
            for post in version.terms.key_posts:
                found.setdefault(post.code, max(contract.starts_on, period.first_day, version.effective_from))
    return found


def vacancies_by_post(
    session: Session, contract: Contract, versions: Sequence[Version]
) -> dict[str, tuple[Vacancy, ...]]:
    """Give the vacancies of every key post that the terms ask for."""
    facts = facts_of(duty_queries.key_post_facts(session, contract.id))
    return {
        post: vacancies(first_day, facts.get(post, ())) for post, first_day in asked_from(contract, versions).items()
    }

"""Which payouts the terms in force give, whether or not anything is on record of them."""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping

from app.features.contracts.versions import Version, version_for
from app.features.settlements.payouts.facts import PayoutFacts
from app.models.payouts import payout_id
from app.models.words import PayoutKind
from app.rules.annual import YearKind
from app.rules.clauses import (
    AllOrNothing,
    Fund,
    Holdback,
    PayoutByScore,
    PayoutClause,
    ProratedPayout,
    Release,
    ScoreAward,
)
from app.rules.periods import Period

KINDS: Mapping[type[PayoutClause], PayoutKind] = {
    ProratedPayout: PayoutKind.PRORATED_PAYOUT,
    PayoutByScore: PayoutKind.PAYOUT_BY_SCORE,
    ScoreAward: PayoutKind.SCORE_AWARD,
    AllOrNothing: PayoutKind.ALL_OR_NOTHING,
}
"""The clauses that pay a fund out, by what their payouts are called."""
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Due:
    """A payout that a clause gives: its address, the clause with its version, and whose months' money it is."""

    id: uuid.UUID
    subject: str
    kind: PayoutKind
    year: int | None
    source: Fund
    pointer: str
    """Of the clause, into its version of the terms."""
    version: Version
    clause: PayoutClause | Holdback
    last: Period
    """The month for which the version is in force: the last of the year, or of the service so far."""
    address: str
    """Where the payout can be read."""
    href: str
    """Where the version of the terms can be read."""
    months: frozenset[Period] = frozenset()
    release: Release | None = None
    in_force: bool = True
    """False for what is on record by a clause that the terms in force no longer state."""


def dues(facts: PayoutFacts, today: date) -> list[Due]:
    """List what the terms as known today give, and after it what is on record and that they no longer give.

    What is approved stands by the clause that it was approved by.
    """
    found = {due.subject: due for due in (*_years(facts, today), *_releases(facts, today))}
    for subject, row in facts.rows.items():
        if row["approved_on"] is not None or subject not in found:
            found[subject] = _on_record(facts, row, in_force=subject in found)
    return list(found.values())


def _years(facts: PayoutFacts, today: date) -> Iterator[Due]:
    """Give each year's payouts; of several clauses of one kind the first has the plain name."""
    for year, of_year in sorted(_clauses_by_year(facts, today).items()):
        counted: Counter[PayoutKind] = Counter()
        for place, clause, version, last in of_year:
            kind = KINDS[type(clause)]
            counted[kind] += 1
            subject = f"{year}/{kind}" if counted[kind] == 1 else f"{year}/{kind}/{place}"
            id_ = payout_id(facts.id, subject)
            yield Due(
                id=id_,
                subject=subject,
                kind=kind,
                year=year,
                source=clause.source,
                pointer=f"/money/{place}",
                version=version,
                clause=clause,
                last=last,
                address=facts.payout_address(id_),
                href=facts.terms_address(version, last),
                months=facts.months_of(clause, year, version),
            )


_Stated = tuple[int, PayoutClause, Version, Period]
"""A clause with its place, in the version that is in force for a month."""


def _clauses_by_year(facts: PayoutFacts, today: date) -> dict[int, list[_Stated]]:
    found: dict[int, list[_Stated]] = {}
    for kind in YearKind:
        years = facts.years_of(kind)
        named = years.keys() | (_years_named(facts) if kind is YearKind.CALENDAR else set())
        for year in named:
            months = years.get(year, (Period(year, _DECEMBER),))
            version = version_for(facts.versions, months[-1], today)
            for place, clause in enumerate(version.terms.money.clauses if version else ()):
                if version is None or not isinstance(clause, PayoutClause):
                    continue
                if _is_about(clause, year, kind, version) and (year in years or isinstance(clause, ProratedPayout)):
                    found.setdefault(year, []).append((place, clause, version, months[-1]))
    return {year: sorted(stated, key=lambda entry: entry[0]) for year, stated in found.items()}


def _years_named(facts: PayoutFacts) -> set[int]:
    """Give the years that prorated payouts of any version name, on record or not."""
    clauses = (clause for version in facts.versions for clause in version.terms.money.clauses)
    return {max(clause.served).year for clause in clauses if isinstance(clause, ProratedPayout) and clause.served}


def _is_about(clause: PayoutClause, year: int, kind: YearKind, version: Version) -> bool:
    """Tell whether a clause pays out a year; a prorated one does so in the year that its last month lies in."""
    if isinstance(clause, ProratedPayout):
        return kind is YearKind.CALENDAR and bool(clause.served) and max(clause.served).year == year
    asked = version.terms.annual_assessment
    return kind is (asked.years if asked else YearKind.CALENDAR)


def _releases(facts: PayoutFacts, today: date) -> Iterator[Due]:
    """Give the releases of the holdback by the terms in force now, or at the end of the service."""
    last = Period.of(min(max(today, facts.contract["starts_on"]), facts.last_day))
    version = version_for(facts.versions, last, today)
    for place, clause in enumerate(version.terms.money.clauses if version else ()):
        if version is None or not isinstance(clause, Holdback):
            continue
        for release in clause.releases:
            subject = f"release/{release.code}"
            id_ = payout_id(facts.id, subject)
            yield Due(
                id=id_,
                subject=subject,
                kind=PayoutKind.RELEASE,
                year=None,
                source=Fund.HOLDBACK,
                pointer=f"/money/{place}",
                version=version,
                clause=clause,
                last=last,
                address=facts.payout_address(id_),
                href=facts.terms_address(version, last),
                release=release,
            )


def _on_record(facts: PayoutFacts, row: RowMapping, *, in_force: bool) -> Due:
    """Give a payout by the clause and the version that its row names."""
    version = facts.version(row["terms_version_id"])
    clause = facts.clause_of(row)
    if not isinstance(clause, PayoutClause | Holdback):
        raise TypeError(f"{row['subject']} names {row['clause']}, which pays nothing out")
    code = row["subject"].partition("/")[2]
    releases = clause.releases if isinstance(clause, Holdback) else ()
    months = frozenset() if row["year"] is None else facts.months_of(clause, row["year"], version)
    last = max(months, default=Period.of(version.effective_from))
    return Due(
        id=row["id"],
        subject=row["subject"],
        kind=row["kind"],
        year=row["year"],
        source=row["source"],
        pointer=row["clause"],
        version=version,
        clause=clause,
        last=last,
        address=facts.payout_address(row["id"]),
        href=facts.terms_address(version, last),
        months=months,
        release=next((release for release in releases if release.code == code), None),
        in_force=in_force,
    )

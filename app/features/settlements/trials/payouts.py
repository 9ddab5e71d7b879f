"""The payouts by a year's score under a contract's own terms and under those on trial."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import RowMapping

from app.features.assessments.results import read_score
from app.features.contracts.versions import Version
from app.features.settlements import sources
from app.features.settlements.facts import ContractBooks
from app.features.settlements.trials.sides import Side
from app.rules.annual import YearKind, service_years
from app.rules.periods import Period
from app.rules.score_payouts import YearResult
from app.rules.terms import Terms
from app.rules.trial_payouts import TrialYear, YearPayouts, year_payouts

_SILENT = Terms()


@dataclass(frozen=True, slots=True)
class YearRecord:
    """The annual assessments that were held, the payouts that were approved, and the versions of the terms."""

    held: Sequence[RowMapping]
    paid: Mapping[int, int]
    """What approved payouts by a year's score paid out, in fen, by their years."""
    versions: Mapping[uuid.UUID, Version]
    served: Mapping[Period, date]
    """The last day served of every recorded month, those of an opening balance too."""


def tried_years(
    books: ContractBooks, own: Side, trial: Side, record: YearRecord, chosen: Collection[Period]
) -> Iterator[TrialYear]:
    """Compare the years that were assessed and whose months were all chosen, where a side pays out by their score."""
    for row in record.held:
        year = row["year"]
        result = YearResult(
            year,
            read_score(row["score_kind"], row["score_exact"]),
            Fraction(record.versions[row["terms_version_id"]].terms.full_mark),
            f"{sources.contract(books.id)}/annual-assessments/{year}",
        )
        under_own, under_trial = (_year(books, side, result, record.served, chosen) for side in (own, trial))
        if any(side.lines or side.missing for side in (under_own, under_trial)):
            yield TrialYear(year, under_own, under_trial, record.paid.get(year))


def _year(
    books: ContractBooks, side: Side, result: YearResult, served: Mapping[Period, date], chosen: Collection[Period]
) -> YearPayouts:
    for kind in YearKind:
        for year in service_years(kind, books.contract["starts_on"], served):
            governed = side.terms.get(year.months[-1], _SILENT)
            asked = governed.annual_assessment.years if governed.annual_assessment else YearKind.CALENDAR
            if year.year == result.year and asked is kind and set(year.months) <= set(chosen):
                source = f"{sources.contract(books.id)}/holdbacks"
                return year_payouts(governed.money, year.months, side.reckoned, result, source)
    return YearPayouts()

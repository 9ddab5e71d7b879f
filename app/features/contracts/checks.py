"""What must be true of a contract, an amendment or a closing before it is recorded."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from app.features.contracts.draft import NewContract
from app.features.contracts.terms_document import TermsDocument
from app.features.contracts.versions import Version, version_for
from app.models import Contract
from app.rules.faults import Fault
from app.rules.periods import Period

LONGEST_YEARS = 20


def check_contract(draft: NewContract) -> list[Fault]:
    """Name what is wrong with a new contract: its dates, its money by year, its terms."""
    return [
        *_check_dates(draft),
        *_check_years(draft),
        *(fault.under("/terms") for fault in draft.terms.faults()),
    ]


def _check_dates(draft: NewContract) -> list[Fault]:
    faults = []
    if draft.starts_on > draft.ends_on:
        detail = f"The service starts on {draft.starts_on} and ends on {draft.ends_on}."
        faults.append(Fault("/ends_on", "ends-before-it-starts", detail, "State an end on or after the start."))
    elif draft.ends_on.year - draft.starts_on.year > LONGEST_YEARS:
        detail = f"The service would last more than {LONGEST_YEARS} years."
        faults.append(Fault("/ends_on", "too-long", detail, "Check the years; renewals are contracts of their own."))
    elif not Period.of(draft.starts_on) <= draft.recorded_from <= Period.of(draft.ends_on):
        detail = f"{draft.recorded_from} is not a month of the service, {draft.starts_on} to {draft.ends_on}."
        remedy = "State the first service month that Kaohe shall answer for."
        faults.append(Fault("/recorded_from", "period-outside-service", detail, remedy))
    if draft.agreed_on is not None and draft.agreed_on > draft.ends_on:
        detail = f"The contract would be agreed on {draft.agreed_on}, after its service ended on {draft.ends_on}."
        faults.append(Fault("/agreed_on", "agreed-after-service", detail, "State the day of the paper."))
    return faults


def _check_years(draft: NewContract) -> list[Fault]:
    counted = Counter(year for year, _ in draft.years)
    faults = []
    for place, (year, _) in enumerate(draft.years):
        if not draft.starts_on.year <= year <= draft.ends_on.year:
            detail = f"{year} is not a year of the service, {draft.starts_on} to {draft.ends_on}."
            faults.append(Fault(f"/years/{place}/year", "year-outside-service", detail, "State the service's years."))
        elif counted[year] > 1:
            detail = f"{year} is stated {counted[year]} times."
            faults.append(Fault(f"/years/{place}/year", "year-twice", detail, "State each year once."))
    return faults


def check_amendment(
    contract: Contract, effective_from: date, agreed_on: date, today: date, terms: TermsDocument
) -> list[Fault]:
    """Name what is wrong with an amendment; it may reach back, but not out of the service."""
    faults = [fault.under("/terms") for fault in terms.faults()]
    if not contract.starts_on <= effective_from <= contract.ends_on:
        detail = f"{effective_from} is not a day of the service, {contract.starts_on} to {contract.ends_on}."
        remedy = "State the day from which the amendment governs."
        faults.append(Fault("/effective_from", "date-outside-service", detail, remedy))
    if agreed_on > today:
        detail = f"{agreed_on} is after today, {today}."
        faults.append(Fault("/agreed_on", "date-in-future", detail, "Record the amendment once it is agreed."))
    return faults


def check_years(versions: Sequence[Version], periods: Iterable[Period]) -> list[Fault]:
    """Name an amendment that would have the months of one contract counted in years of two kinds.

    Where calendar years meet contract years, some months would stand in two years and others in none.
    """
    known_on = max(version.agreed_on for version in versions)
    governing = (version_for(versions, period, known_on) for period in periods)
    clauses = (version.terms.annual_assessment for version in governing if version)
    kinds = sorted({clause.years for clause in clauses if clause})
    if len(kinds) <= 1:
        return []
    detail = f"Some recorded months would be assessed by {kinds[0]}, others by {kinds[1]}."
    remedy = "Keep the kind of year, or let the amendment govern from the first recorded month."
    return [Fault("/terms/annual_assessment/year", "two-kinds-of-year", detail, remedy)]


def check_closing(contract: Contract, closed_on: date, today: date) -> list[Fault]:
    """Name what is wrong with the last day of service."""
    if not contract.starts_on <= closed_on <= contract.ends_on:
        detail = f"{closed_on} is not a day of the service, {contract.starts_on} to {contract.ends_on}."
        remedy = "State the last day of service."
        return [Fault("/closed_on", "date-outside-service", detail, remedy)]
    if Period.of(closed_on) < Period.parse(contract.recorded_from):
        detail = f"{closed_on} lies before {contract.recorded_from}, from which Kaohe answers."
        return [Fault("/closed_on", "period-outside-service", detail, "State a day in a recorded month or later.")]
    if closed_on > today:
        detail = f"{closed_on} is after today, {today}."
        return [Fault("/closed_on", "date-in-future", detail, "Close the contract on or after its last day.")]
    return []

"""Which contracts time alone moves, from one night to the next: selects that the nights put into their own.

Nothing that is recorded is dated later than the day on which it is recorded, but for what these selects are about.
"""

from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from app.features.paging import Listing
from app.models import Assessment, Contract, DueDate
from app.models.words import DueKind


def falling_due(kind: DueKind, since: date, as_of: date) -> list[Listing]:
    """Select the contracts with an entry of a kind that was not met in time and is past due only since a night."""
    due = (col(DueDate.kind) == kind, col(DueDate.due_on) >= since, col(DueDate.due_on) < as_of)
    own = select(col(DueDate.contract_id))
    # Two selects, since each has its own partial index. An entry comes into force, and out of it, on the day on which
    # that is recorded, or, of a contract that has yet to begin, before it can be due.
    return [own.where(*due, col(DueDate.met_on).is_(None)), own.where(*due, col(DueDate.met_on) > col(DueDate.due_on))]


def falling_vacant(since: date, as_of: date) -> list[Listing]:
    """Select the contracts with a key post whose vacancy became overdue, or was ended by the end of the service."""
    last = func.coalesce(col(Contract.closed_on), col(Contract.ends_on))
    ended = select(col(Contract.id)).where(last >= since, last < as_of)
    return [*falling_due(DueKind.KEY_POST, since, as_of), ended]


def ending_months(since: date, as_of: date) -> list[Listing]:
    """Select the contracts with a month whose last day of service has passed only since a night."""
    own = select(col(Assessment.contract_id))
    return [own.where(col(Assessment.served_to) >= since, col(Assessment.served_to) < as_of)]


def nothing(_since: date, _as_of: date) -> list[Listing]:
    """Select no contract: what is judged changes by what is recorded alone."""
    return []

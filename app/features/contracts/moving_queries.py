"""Which contracts time alone moves, from one night to the next: selects that the nights put into their own.

Nothing that is recorded is dated later than the day on which it is recorded, but for what these selects are about.
"""

from sqlalchemy import Date, bindparam, func, select
from sqlmodel import col

from app.features.nights.queries import Among
from app.features.paging import Listing
from app.models import Assessment, Contract, DueDate
from app.models.words import DueKind

_SINCE, _AS_OF = bindparam("since", type_=Date), bindparam("as_of", type_=Date)

_DUE = (col(DueDate.kind) == bindparam("kind"), col(DueDate.due_on) >= _SINCE, col(DueDate.due_on) < _AS_OF)
_FALLING_DUE: tuple[Listing, ...] = tuple(
    # Two selects, since each has its own partial index. An entry comes into force, and out of it, on the day on which
    # that is recorded, or, of a contract that has yet to begin, before it can be due.
    select(col(DueDate.contract_id)).where(*_DUE, unmet)
    for unmet in (col(DueDate.met_on).is_(None), col(DueDate.met_on) > col(DueDate.due_on))
)
_LAST_DAY = func.coalesce(col(Contract.closed_on), col(Contract.ends_on))
_ENDED = select(col(Contract.id)).where(_LAST_DAY >= _SINCE, _LAST_DAY < _AS_OF)
_SERVED_TO = col(Assessment.served_to)


def falling_due(kind: DueKind) -> Among:
    """Select the contracts with an entry of a kind that was not met in time and is past due only since a night."""
    return Among(_FALLING_DUE, {"kind": kind})


NOTHING = Among()
"""No contract: what is judged changes by what is recorded alone."""
FALLING_VACANT = Among((*_FALLING_DUE, _ENDED), {"kind": DueKind.KEY_POST})
"""The contracts with a key post whose vacancy became overdue, or was ended by the end of the service."""
ENDING_MONTHS = Among((select(col(Assessment.contract_id)).where(_SERVED_TO >= _SINCE, _SERVED_TO < _AS_OF),))
"""The contracts with a month whose last day of service has passed only since a night."""

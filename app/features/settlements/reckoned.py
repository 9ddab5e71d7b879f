"""What months of a contract come to, remembered for the request that follows: who approves a draft reckons it again."""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.rules.fees import ServiceFees
from app.rules.lines import MonthFacts
from app.rules.periods import Period
from app.rules.reckoning import Reckoning
from app.rules.settlement import Reckoner

MOST = 16
"""Contracts that are remembered; a hundred months with their steps take some two megabytes."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The facts of a contract's months, and what they come to as far as somebody has asked."""

    service: ServiceFees
    months: Sequence[MonthFacts]
    reckoner: Reckoner
    asked: threading.Lock = field(default_factory=threading.Lock)
    """Held by who asks: the reckoner goes on from where it was."""

    def is_of(self, service: ServiceFees, months: Sequence[MonthFacts]) -> bool:
        """Tell whether the facts are the same.

        Terms have to be the very same object: 90 and 90.00 are equal, and steps write them differently.
        """
        if self.service != service or len(self.months) != len(months):
            return False
        pairs = zip(self.months, months, strict=True)
        return all(own.terms is other.terms and own == other for own, other in pairs)


_lately: OrderedDict[uuid.UUID, _Kept] = OrderedDict()
_lock = threading.Lock()


def reckon_through(
    contract_id: uuid.UUID, service: ServiceFees, months: Sequence[MonthFacts], last: Period | None
) -> Mapping[Period, Reckoning]:
    """Reckon the months of a contract up to one, or all; what was reckoned lately of the same facts is not again."""
    kept = _lately.get(contract_id)
    if kept is None or not kept.is_of(service, months):
        kept = _Kept(service, months, Reckoner(service, months))
        with _lock:
            _lately[contract_id] = kept
            _lately.move_to_end(contract_id)
            if len(_lately) > MOST:
                _lately.popitem(last=False)
    with kept.asked:
        return kept.reckoner.through(last)

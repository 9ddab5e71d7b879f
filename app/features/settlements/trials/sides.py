"""The two sides of a trial: a contract under its own terms, and under those on trial."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.rules.periods import Period
from app.rules.reckoning import Reckoning
from app.rules.terms import Terms


@dataclass(frozen=True, slots=True)
class Side:
    """The terms that govern each month on one side, and what each month comes to under them."""

    terms: Mapping[Period, Terms]
    reckoned: Mapping[Period, Reckoning]

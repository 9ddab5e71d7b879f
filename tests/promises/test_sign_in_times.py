"""Nobody learns from the time of an answer which names there are."""

import statistics
import time

import pytest

from app.database import Database
from app.features.access import sign_in
from app.features.access.sign_in import Verdict
from app.features.access.sign_in_rules import SignInRules
from app.models.words import Role
from app.settings import Settings
from tests.people import enter_user
from tests.promises.conftest import Promise
from tests.proof import PROOF

RULES = SignInRules.of(Settings())
MOST = 0.10
"""By how much the medians may differ."""


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_unknown_names_take_as_long_as_known_ones(database: Database, promise: Promise) -> None:
    """The medians of refusing known and unknown names, taken in turn, differ by less than a tenth."""
    size = promise.size(200, 5)
    with database.write() as session:
        for number in range(size):
            enter_user(session, f"known-{number}", Role.AUDITOR, [])
    # What is computed once a process is no part of it.
    sign_in.attempt(database, RULES, "first", "Not-the-password")
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(size):
        for kind, expected in (("known", Verdict.WRONG), ("unknown", Verdict.UNKNOWN)):
            began = time.perf_counter()
            outcome = sign_in.attempt(database, RULES, f"{kind}-{number}", "Not-the-password")
            took[kind].append(time.perf_counter() - began)
            assert outcome.verdict is expected
    known, unknown = (statistics.median(took[kind]) for kind in ("known", "unknown"))
    differ = abs(known - unknown) / max(known, unknown)
    promise.shows(
        names=size,
        known_ms=round(known * 1000, 1),
        unknown_ms=round(unknown * 1000, 1),
        differ=f"{differ:.1%}",
    )
    # A handful of attempts says nothing about a median.
    assert not PROOF or differ < MOST

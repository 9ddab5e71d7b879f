"""The guide to the nights names the jobs in their order, and every kind of alert with its facts."""

import re

import pytest

from app.database import Database
from app.models.words import AlertKind
from app.nightly import DRAFTS, FLAGS, TELLS
from tests.docs.exchanges import ROOT
from tests.nights import alerts, run_nights
from tests.office import Office
from tests.scenarios.facts import busy_year, record_all

GUIDE = (ROOT / "docs/nights.md").read_text("utf-8")
_JOB = re.compile(r"^\| `(\w+)` \| [^|]+ \| `(\w+)` \|$", re.MULTILINE)
_KIND = re.compile(r"^\| `(\w+)` \|(?:[^|]+\|){4} ([^|]+) \|$", re.MULTILINE)


def test_jobs_are_listed_in_their_order() -> None:
    """Each with the kind of alert that it keeps true, or with what it drafts or writes."""
    flags = [(name, job.kind.value) for name, job in FLAGS.items()]
    assert _JOB.findall(GUIDE) == flags + [(name, name.split("_")[-1]) for name in (*DRAFTS, *TELLS)]


def test_kinds_of_alerts_are_all_there() -> None:
    """A kind that is added needs its row."""
    assert {kind for kind, _ in _KIND.findall(GUIDE)} == {kind.value for kind in AlertKind}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_facts_of_a_busy_year_are_the_ones_named(office: Office, database: Database) -> None:
    """No alert carries a fact that the guide does not name."""
    named = {kind: set(re.findall(r"`(\w+)`", facts)) | {"undone"} for kind, facts in _KIND.findall(GUIDE)}
    record_all(busy_year(office))
    run_nights(database, "2023-12-31")
    unnamed = {
        (alert["kind"], fact) for alert in alerts(database) for fact in alert["facts"].keys() - named[alert["kind"]]
    }
    assert unnamed == set()

"""Setting up once fills the demo, setting up again changes nothing, and every role sees what it should."""

from pathlib import Path

import pytest
from sqlmodel import Session, select

from app.database import Database
from app.demo import loader, principals, run
from app.features.access import queries, service
from app.models import BudgetLine, ServiceCenter
from app.models.words import Role
from tests.nights import alerts, every_row

CODES = {"XY", "ZZ", "HK", "CY", "SL"}


def _silent(_what: str, _done: int, _total: int) -> None:
    """Hear the progress and say nothing."""


def _sees(session: Session, token: str) -> set[str]:
    return {code for _, code, _ in queries.centers(session, service.authenticate(session, token))}


def test_second_set_up_changes_nothing(demo: Database, tmp_path: Path) -> None:
    """The first one tells its progress, forward to the last file and the last night.

    It finds the files loaded, as `run.load` does once for all tests on each database, and has the rest to do.
    """
    told: list[tuple[int, int]] = []
    tokens = run.set_up(demo, tmp_path / "tokens.json", lambda _what, done, total: told.append((done, total)))
    files, nights = len(loader.FILES), (run.LAST_NIGHT - run.FIRST_NIGHT).days + 1
    assert [done for done, total in told if total == files] == list(range(1, files + 1))
    assert list(dict.fromkeys(done for done, total in told if total == nights)) == list(range(1, nights + 1))
    before = every_row(demo)
    assert run.set_up(demo, tmp_path / "tokens.json", _silent) == tokens
    assert every_row(demo) == before


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_every_role_sees_all_centers_or_one(demo: Database, tmp_path: Path) -> None:
    """A vendor is one company, so it sees its own center alone."""
    vendors, _ = run.load(demo, _silent)
    with demo.write() as session:
        tokens = principals.tokens(session, principals.ensure(session, vendors), tmp_path / "tokens.json")
        sees = {name: _sees(session, token) for name, token in tokens.items()}
    expected = {role.value: CODES if role in principals.STAFF else {"XY"} for role in Role}
    expected |= {f"{role}-{code}": {code} for role in Role for code in CODES}
    assert sees == expected


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_set_up_that_was_stopped_before_its_nights_is_finished_by_the_next(demo: Database, tmp_path: Path) -> None:
    assert alerts(demo) == []
    run.set_up(demo, tmp_path / "tokens.json", _silent)
    assert alerts(demo) != []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_demo_that_has_xinyang_alone_gets_the_others(database: Database, tmp_path: Path) -> None:
    """Whoever tried an earlier version keeps what is there, and the tokens; the budget it did not have is entered."""
    with database.write() as session:
        loader.load(session, principals.recorders(session), loader.read(loader.FILES[0]) | {"budget": None})
        vendors = {"XY": loader.vendor_of(session, loader.read(loader.FILES[0]))}
        first = principals.tokens(session, principals.ensure(session, vendors), tmp_path / "tokens.json")
    run.run_nights(database, _silent)
    of_xinyang = alerts(database)
    tokens = run.set_up(database, tmp_path / "tokens.json", _silent)
    assert first.items() <= tokens.items()
    assert [alert for alert in alerts(database) if alert["number"] == "XY-2022"] == of_xinyang
    with database.write() as session:
        (line,) = session.exec(select(BudgetLine).join(ServiceCenter).where(ServiceCenter.code == "XY")).all()
        assert line.initial_fen == 6_495_000_00
        assert not loader.budget(session, principals.recorders(session), loader.read(loader.FILES[0]))

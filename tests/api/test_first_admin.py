"""The first administrator comes by a command on the machine itself; there is no default account."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from app.cli import cli
from app.database import Database
from app.features.access import first_admin
from app.features.access.first_admin import AdministratorExists
from app.features.audit.actor import OPERATOR
from app.features.audit.verify import verify_database
from app.models import Principal, User
from app.models.words import Language
from app.settings import settings
from tests.client import Client
from tests.office import Office
from tests.people import Browser


def test_the_first_administrator_is_made_once(
    office: Office, database: Database, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command prints a password once, which must be changed; a second time it is refused and makes nothing."""
    monkeypatch.setenv("DATABASE_URL", database.url)
    settings.cache_clear()
    with database.read() as session:
        assert session.exec(select(User)).all() == []
    command = ["user", "first-admin", "--display-name", "管理员", "--service-center", office.code]
    try:
        made = CliRunner().invoke(cli, [*command, "guan"])
        assert made.exit_code == 0, made.output
        again = CliRunner().invoke(cli, [*command, "guan2"])
    finally:
        settings.cache_clear()
    assert isinstance(again.exception, AdministratorExists)
    temporary = made.stdout.strip()
    browser = Browser(client)
    said = browser.sign_in("guan", temporary).json()
    assert (said["role"], said["language"], said["password_change_due"]) == ("admin", "zh", True)
    assert browser.post("/password", {"current": temporary, "new": "Zhe-2024-ge-chuangkou"}).status_code == 204
    assert [center["code"] for center in browser.get("/v1/me").json()["service_centers"]] == [office.code]
    with database.read() as session:
        assert session.exec(select(Principal.id).where(Principal.name == "guan2")).all() == []
        assert verify_database(session, {}).bad == []


def test_of_two_commands_at_once_one_makes_the_first_administrator(database: Database) -> None:
    """Each sees what the other has done, however they interleave."""
    together = threading.Barrier(2)

    def make(name: str) -> bool:
        together.wait()
        try:
            with database.write() as session:
                first_admin.make(session, OPERATOR, name, "管理员", Language.CHINESE, [])
        except AdministratorExists:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(make, ("guan", "guan2"))) == [False, True]
    with database.read() as session:
        assert len(session.exec(select(User)).all()) == 1

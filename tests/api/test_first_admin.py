"""The first administrator comes by a command on the machine itself; there is no default account."""

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from app.cli import cli
from app.database import Database
from app.features.access.first_admin import AdministratorExists
from app.features.audit.verify import verify_database
from app.models import Principal, User
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

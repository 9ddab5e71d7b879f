"""The commands about people: the first administrator, and what no administrator of one service center may do."""

from contextlib import closing
from typing import Annotated

import typer

from app.database import Database
from app.features.access import first_admin, operating
from app.features.access.service import centers_by_code
from app.features.audit.actor import OPERATOR
from app.models.words import Language
from app.settings import settings

user_cli = typer.Typer(no_args_is_help=True, help="People who sign in.")


@user_cli.callback()
def _people() -> None:
    """Commands about people: nearly all else is done over the API."""


@user_cli.command("first-admin")
def first_admin_command(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    display_name: Annotated[str, typer.Option(help="What the person is called.")],
    service_center: Annotated[list[str] | None, typer.Option(help="Code of a service center that it may see.")] = None,
    language: Annotated[Language, typer.Option(help="In which messages are written to them.")] = Language.CHINESE,
) -> None:
    """Make the first administrator and print a temporary password, for the only time; refused once there is one."""
    with closing(Database(settings().resolved_database_url())) as database, database.write() as session:
        centers = centers_by_code(session, service_center or [])
        given = first_admin.make(session, OPERATOR, name, display_name, language, centers)
    print(given)


Name = Annotated[str, typer.Argument(help="The name that the person signs in with.")]
Codes = Annotated[list[str], typer.Option("--service-center", help="Code of a service center; may be repeated.")]


@user_cli.command("grant")
def grant_command(name: Name, service_center: Codes) -> None:
    """Let a person see further service centers, as a supervising authority of several does; their sessions end."""
    database = Database(settings().resolved_database_url())
    with database.write() as session:
        operating.grant(session, OPERATOR, name, centers_by_code(session, service_center))
    database.dispose()


@user_cli.command("withdraw")
def withdraw_command(name: Name, service_center: Codes) -> None:
    """Let a person see these service centers no longer; their sessions end."""
    database = Database(settings().resolved_database_url())
    with database.write() as session:
        operating.withdraw(session, OPERATOR, name, centers_by_code(session, service_center))
    database.dispose()


@user_cli.command("disable")
def disable_command(name: Name, reason: Annotated[str, typer.Option(help="Why; kept in the audit.")]) -> None:
    """Let a person in no more, neither by password nor by token, whichever service centers they have."""
    database = Database(settings().resolved_database_url())
    with database.write() as session:
        operating.disable(session, OPERATOR, name, reason)
    database.dispose()

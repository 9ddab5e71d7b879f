"""The command about people: the first administrator."""

from contextlib import closing
from typing import Annotated

import typer

from app.database import Database
from app.features.access import first_admin
from app.features.access.service import centers_by_code
from app.features.audit.actor import OPERATOR
from app.models.words import Language
from app.settings import settings

user_cli = typer.Typer(no_args_is_help=True, help="People who sign in.")


@user_cli.callback()
def _people() -> None:
    """Commands about people: all but the first one are made over the API."""


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

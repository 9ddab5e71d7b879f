"""The `kaohe` command: wiring only."""

import json
import socket
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, NoReturn

import typer
import uvicorn
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import DBAPIError

from app import clock, nightly
from app.audit_cli import audit_cli, verify_command
from app.backup_cli import backup_command, restore_command
from app.database import Database, lacks_schema, migrate
from app.errors import KaoheError
from app.features.access import service as access
from app.features.audit import record
from app.features.audit.actor import OPERATOR
from app.features.calendar import file as notices
from app.features.calendar.queries import covered_years
from app.features.calendar.service import gaps
from app.features.contracts import service as contracts
from app.features.contracts.queries import provisional_by_year
from app.features.contracts.recalculation import import_notice
from app.features.evidence.storage import Shelf
from app.listen_cli import listen_command
from app.logs import configure
from app.main import create_app
from app.message_cli import send_messages_command
from app.models.words import AskedBy, Role
from app.safety import DEMO_TOKENS, keep_private, require_safe
from app.settings import Settings, settings
from app.user_cli import user_cli
from app.webhook_cli import deliver_command

cli = typer.Typer(
    no_args_is_help=True, help="Kaohe 考核: monthly assessments of vendors.", pretty_exceptions_enable=False
)
job_cli = typer.Typer(no_args_is_help=True, help="The nightly jobs.")
calendar_cli = typer.Typer(no_args_is_help=True, help="The working-day calendar.")
token_cli = typer.Typer(no_args_is_help=True, help="Tokens of principals.")
cli.add_typer(job_cli, name="job")
cli.add_typer(calendar_cli, name="calendar")
cli.add_typer(token_cli, name="token")
cli.add_typer(audit_cli, name="audit")
cli.add_typer(user_cli, name="user")
cli.command("verify")(verify_command)
cli.command("backup")(backup_command)
cli.command("restore")(restore_command)
cli.command("deliver")(deliver_command)
cli.command("send-messages")(send_messages_command)
cli.command("listen")(listen_command)
WALKING_VENDOR = "vendor-SL"
"""Of the demo's vendors, the invented one: the vendor's page talks as it."""
out = Console()
err = Console(stderr=True)


def main() -> None:
    """Run the command; an error that has a remedy is said in two lines, not as a traceback."""
    keep_private()
    try:
        configure(settings().log_level)
        cli()
    except KaoheError as error:
        _refuse(f"{error.title}: {error.detail}", error.remedy)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, at['loc']))}: {at['msg']}" for at in error.errors(include_url=False))
        _refuse(f"A setting cannot be read: {wrong}", "Correct the environment variable; the README lists them all.")
    except DBAPIError as error:
        if not lacks_schema(error):
            raise
        _refuse("The database has no schema yet, or an older one.", "Run 'kaohe migrate'.")


def _refuse(what: str, remedy: str) -> NoReturn:
    err.print(f"{what}\n{remedy}", highlight=False, markup=False)
    sys.exit(2)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"'{text}' is not a date; write it like 2023-12-31."
        raise typer.BadParameter(message) from None


def _database() -> Database:
    return Database(settings().resolved_database_url())


@cli.command("migrate")
def migrate_command() -> None:
    """Bring the database's schema to this program's."""
    _migrate(settings().resolved_database_url())


def _migrate(url: str) -> None:
    """Migrate, and let the audit begin where the database is older than it."""
    migrate(url)
    database = Database(url)
    with database.write() as session:
        taken_in = record.take_in(session)
        contracts.enter_years_owed(session, OPERATOR)
        contracts.enter_reports_owed(session, OPERATOR)
    database.dispose()
    if taken_in:
        print(f"The audit begins: {taken_in} rows are taken in as they stand.")


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Serve the API in the foreground; the database must be migrated."""
    config = _listening(host, port)
    database = Database(config.resolved_database_url())
    require_safe(config, database, config.host)
    uvicorn.run(
        create_app(config, database),
        host=config.host,
        port=config.port,
        forwarded_allow_ips=list(config.trusted_proxies),
        log_config=None,
        access_log=False,
        server_header=False,
    )


@cli.command()
def demo(
    host: Annotated[str | None, typer.Option(help="Address that will be served.")] = None,
    port: Annotated[int | None, typer.Option(help="Port that will be served.")] = None,
) -> None:
    """Migrate, load the demo once, run its nights, and print the tokens and three commands to try."""
    from app.demo.run import set_up  # noqa: PLC0415 loaded late

    config = _listening(host, port)
    _migrate(config.resolved_database_url())
    path = config.var_dir / DEMO_TOKENS
    with _bar() as bar:
        task = bar.add_task("demo", total=None)
        database = _database()
        tokens = set_up(
            database, path, lambda text, done, total: bar.update(task, description=text, completed=done, total=total)
        )
        nightly.close_night(database, config.resolved_audit_heads(), Shelf.of(config), config.access_log_days)
        database.dispose()
    _print_demo(config, tokens, path)


def _listening(host: str | None, port: int | None) -> Settings:
    """Give the settings with the address to listen on; a busy port is an error before anything else is done."""
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    config = settings().model_copy(update=chosen)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            err.print(f"Cannot listen on {config.host}:{config.port}: {error.strerror}.", highlight=False)
            err.print("Stop what uses the port, or choose another: make run PORT=8001", highlight=False)
            raise typer.Exit(1) from None
    return config


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def _print_demo(config: Settings, tokens: dict[str, str], path: Path) -> None:
    url = f"http://{config.host}:{config.port}"
    print(f"\nKaohe 考核  {url}   (docs: {url}/docs)\n\nTokens, one for each role (all of them in {path}):")
    for role in Role:
        print(f"  {role.value:<12}{tokens[role.value]}")
    print(f"  {WALKING_VENDOR:<12}{tokens[WALKING_VENDOR]}   (for docs/vendor-integration.md)")
    header = f"-H 'Authorization: Bearer {tokens['supervisor']}'"
    print(f"\nTry:\n  curl -s {header} '{url}/v1/alerts'")
    print(f"  curl -s {header} '{url}/v1/contracts?number=XY-2022'")
    print("  .venv/bin/kaohe job run all --as-of 2023-12-31 --json\n", flush=True)


@job_cli.command("run")
def job_run(
    name: Annotated[str, typer.Argument(help=f"all, or one of: {', '.join(nightly.JOBS)}.")],
    as_of: Annotated[str, typer.Option("--as-of", help="Business date, like 2023-12-31.")],
    until: Annotated[str | None, typer.Option(help="Run every date from --as-of up to this one.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be found, write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line for each job and date.")] = False,
) -> None:
    """Run nightly jobs for a date, or for every date of a range; a second run on the same facts writes nothing."""
    first = _day(as_of)
    last = _day(until) if until else first
    if not first <= last <= clock.today():
        message = f"the dates must run forward and end today, {clock.today()}, or before."
        raise typer.BadParameter(message)
    wanted = nightly.names(name)
    database = _database()
    total = ((last - first).days + 1) * len(wanted)
    with _bar() as bar:
        task = bar.add_task(name, total=total)
        for result in nightly.run_range(database, name, first, last, AskedBy.COMMAND, dry=dry_run):
            _print_result(result, as_json=as_json, dry=dry_run)
            bar.advance(task)
    if not dry_run:
        config = settings()
        nightly.close_night(database, config.resolved_audit_heads(), Shelf.of(config), config.access_log_days)
    database.dispose()


def _print_result(result: nightly.JobResult, *, as_json: bool, dry: bool) -> None:
    for broken in result.broken:
        err.print(f"contract {broken.contract_id}: {broken.error}", style="red", highlight=False, markup=False)
    if as_json:
        print(json.dumps(result.line(dry=dry), ensure_ascii=False), flush=True)
        return
    counts = f"read {result.read}, written {result.written}, skipped {result.skipped}, failed {result.failed}"
    print(f"{result.as_of}  {result.job:<33}{counts}, {result.statements} statements", flush=True)
    for state in result.states:
        print(f"    {state.kind.value:<27}{state.subject:<30}{state.since} - {state.until or 'open'}")


@calendar_cli.command("import")
def calendar_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A year's notice, as CSV.")],
) -> None:
    """Take a year's holiday notice in and compute anew what it moves; the same file again writes nothing."""
    notice = notices.read(file.read_bytes())
    database = _database()
    with database.write() as session:
        done = import_notice(session, OPERATOR, notice)
    database.dispose()
    said = f"{len(notice.days)} days entered" if done.entered else "covered already by the same days, nothing entered"
    print(f"{notice.year}: {said}; {done.recalculated} due dates computed anew, {done.moved} of them on another day.")
    _print_gaps(done.gaps)
    for broken in done.broken:
        err.print(f"contract {broken.contract_id}: {broken.error}", style="red", highlight=False, markup=False)


@calendar_cli.command("show")
def calendar_show() -> None:
    """List the covered years with their sources, and count the due dates that wait for a notice."""
    database = _database()
    with database.read() as session:
        years, provisional = covered_years(session), provisional_by_year(session)
    database.dispose()
    for year in years:
        print(f"{year.year}  since {year.recorded_on}  {year.source}")
    _print_gaps(gaps(years))
    for found, count in provisional.items():
        print(f"Provisional due dates in {found}: {count}")
    if not provisional:
        print("No due date is provisional.")


def _print_gaps(years: Sequence[int]) -> None:
    if years:
        print(f"Between the covered years there is no notice of {', '.join(map(str, years))}.")


@token_cli.command("create")
def token_create(
    name: Annotated[str, typer.Argument(help="The principal; it is made where it is not there.")],
    role: Annotated[Role | None, typer.Option(help="Role of a new principal.")] = None,
    service_center: Annotated[list[str] | None, typer.Option(help="Code of a service center that it may see.")] = None,
    vendor: Annotated[str | None, typer.Option(help="Name of the vendor, for the role vendor.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until the token expires; left out, never.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="Of role integration: what it may do.")] = None,
) -> None:
    """Issue a token and print it, for the only time; with --role, make its principal first."""
    database = _database()
    with database.write() as session:
        if role is not None:
            centers = access.centers_by_code(session, service_center or [])
            company = access.vendor_by_name(session, centers, vendor) if vendor else None
            access.create_principal(session, OPERATOR, name, role, centers, company)
        print(access.issue_token(session, OPERATOR, name, days, scope or ()))
    database.dispose()

"""The commands about the audit and the ledger: `kaohe verify` and `kaohe audit export`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.database import Database
from app.features.access_log import checking
from app.features.audit import export, heads
from app.features.audit.verify import Findings, verify_database, verify_events
from app.features.evidence import queries
from app.features.evidence.storage import Shelf
from app.features.settlements.ledger.checks import check_ledger
from app.settings import settings

audit_cli = typer.Typer(no_args_is_help=True, help="The audit: who did what to which rows.")


@audit_cli.command("export")
def export_command(
    file: Annotated[Path | None, typer.Argument(help="Where to write; left out, standard output.")] = None,
) -> None:
    """Write every event as one line of canonical JSON; `kaohe verify --export FILE` checks it without the database."""
    database = Database(settings().resolved_database_url())
    with database.read() as session:
        if file is None:
            sys.stdout.writelines(f"{line}\n" for line in export.lines(session))
        else:
            with file.open("x", encoding="utf-8") as out:
                out.writelines(f"{line}\n" for line in export.lines(session))
    database.dispose()


def verify_command(
    exported: Annotated[
        Path | None, typer.Option("--export", help="Check this export instead of the database.")
    ] = None,
    heads_file: Annotated[
        Path | None, typer.Option("--heads", help="Heads kept outside of the database; left out, the clock's own file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Check that nobody changed the record unseen, that ledger and files hold; ends with 1 where something is bad."""
    known = heads.anchors(heads.read(heads_file or settings().resolved_audit_heads()))
    if exported is not None:
        events, ends, chains = export.read_part(exported)
        # A file of some chains says so, and cannot be asked for the others.
        known = {at: hash_ for at, hash_ in known.items() if chains is None or at[0] in chains}
        found = verify_events(events, ends, known)
    else:
        database = Database(settings().resolved_database_url())
        with database.snapshot() as session:
            found = verify_database(session, known)
            # Only rows that are vouched for can be added up: a damaged one might not even be read.
            vouched = not found.bad
            for mismatch in check_ledger(session) if vouched else ():
                found.note(f"{mismatch.place} of contract {mismatch.contract_id}", mismatch.what)
            for bad in checking.wrong(session) if vouched else ():
                found.note(bad.place, bad.what)
            stored = queries.stored_hashes(session) if vouched else ()
            for sha256, what in Shelf.of(settings()).wrong(stored):
                found.note(f"evidence {sha256}", what)
        database.dispose()
    _print(found, len(known), as_json=as_json)
    raise typer.Exit(1 if found.bad else 0)


def _print(found: Findings, known: int, *, as_json: bool) -> None:
    if as_json:
        ends = {chain: {"number": number, "hash": hash_} for chain, (number, hash_) in found.heads.items()}
        bad = [{"place": item.place, "what": item.what} for item in found.bad]
        said = {"ok": not bad, "events": found.events, "rows": found.rows, "anchors": known, "heads": ends, "bad": bad}
        print(json.dumps(said, ensure_ascii=False))
        return
    print(f"{found.events} events in {len(found.heads)} chains, {found.rows} rows, {known} heads kept outside")
    for item in found.bad:
        print(f"BAD  {item.place}  {item.what}")
    print(f"{len(found.bad)} bad places; the first: {found.bad[0].place}" if found.bad else "All of it holds.")

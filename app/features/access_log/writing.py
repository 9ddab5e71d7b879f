"""Writes a batch of entries: a statement for each kind of thing that they name, and one that inserts them."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from app.features.access.queries import OF_PERSONS, OWNED
from app.features.access_log import queries
from app.features.access_log.entries import Entry
from app.models import AccessLogEntry
from app.models.words import AccessKind

Named = tuple[str, uuid.UUID]
"""A path parameter and the id that it was given."""
Owners = Mapping[Named, queries.Owner]

_REFUSALS = frozenset({AccessKind.REFUSAL, AccessKind.SIGN_IN_REFUSED})


def write(session: Session, entries: Sequence[Entry]) -> None:
    """Insert entries; refusals that are alike become one, so that a flood of them fills no table."""
    _complete(session, entries)
    owners = _owners(session, entries)
    session.connection().execute(insert(AccessLogEntry), [_row(entry, owners) for entry in _merged(entries)])


def _complete(session: Session, entries: Iterable[Entry]) -> None:
    """Find name, role and service centers of those of whom only the id is known: they are just coming in or leaving."""
    bare = [entry for entry in entries if entry.principal_id is not None and entry.principal is None]
    found = queries.principals(session, {entry.principal_id for entry in bare if entry.principal_id}) if bare else {}
    for entry in bare:
        if (known := found.get(entry.principal_id)) is not None:
            entry.principal, entry.role = known.name, known.role
            entry.vendor_id, entry.centers = known.vendor_id, known.centers


def _merged(entries: Iterable[Entry]) -> list[Entry]:
    """Count refusals that are alike together with the first of them; of strangers all of one address are alike."""
    kept: list[Entry] = []
    first: dict[tuple[object, ...], Entry] = {}
    for entry in entries:
        if entry.kind not in _REFUSALS:
            kept.append(entry)
            continue
        who = entry.principal_id
        what = (entry.method, entry.route, *entry.subjects.values()) if who else ()
        like = first.setdefault((entry.kind, who, entry.address, entry.status, entry.code, *what), entry)
        if like is entry:
            kept.append(entry)
        else:
            like.times += entry.times
    return kept


def _owners(session: Session, entries: Iterable[Entry]) -> Owners:
    """Find whose the things are that were read, all of one kind at once."""
    wanted: dict[str, set[uuid.UUID]] = defaultdict(set)
    for named in filter(None, map(_named, entries)):
        wanted[named[0]].add(named[1])
    return {
        (parameter, id_): owner
        for parameter, ids in sorted(wanted.items())
        for id_, owner in queries.owners(session, parameter, ids).items()
    }


def _named(entry: Entry) -> Named | None:
    """Tell what says whose it was that was read: the contract, or else the first thing that has an owner.

    What was refused may be another's, and is told to nobody but the one who asked for it: it has no owner here.
    """
    if entry.kind in _REFUSALS:
        return None
    for parameter in ("contract_id", *entry.subjects):
        if parameter in OWNED.keys() - OF_PERSONS and parameter in entry.subjects:
            try:
                return parameter, uuid.UUID(entry.subjects[parameter])
            except ValueError:
                return None
    return None


def _row(entry: Entry, owners: Owners) -> dict[str, Any]:
    named = _named(entry)
    center, vendor = owners.get(named, (None, None)) if named else (None, None)
    if center is None and len(entry.centers) == 1:
        (center,) = entry.centers
    return {
        "id": entry.id,
        "occurred_at": entry.occurred_at,
        "kind": entry.kind,
        "principal_id": entry.principal_id,
        "principal": entry.principal,
        "role": entry.role,
        "vendor_id": entry.vendor_id or vendor,
        "service_center_id": center,
        "method": entry.method,
        "route": entry.route,
        "subjects": dict(entry.subjects),
        "status": entry.status,
        "times": entry.times,
        "request_id": entry.request_id,
        "address": entry.address,
        "code": entry.code,
    }

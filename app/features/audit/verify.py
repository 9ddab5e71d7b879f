"""Finds what was changed behind the service's back: in the chains, in the rows that they vouch for, at their ends."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from app.features.audit import queries
from app.features.audit.changes import Change
from app.features.audit.hashing import HASH_NAME, event_hash
from app.features.audit.record import audited, rows_of
from app.features.audit.rows import Unreadable

SHOWN = 100
"""How many broken places are named; the first ones are what matters."""


@dataclass(frozen=True, slots=True)
class Bad:
    """One place that does not hold: an event of a chain, or a row of a table."""

    place: str
    what: str


@dataclass(slots=True)
class Findings:
    """What a verification found: how much it looked at, and what is bad, the first place first."""

    events: int = 0
    rows: int = 0
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    bad: list[Bad] = field(default_factory=list)

    def note(self, place: str, what: str) -> None:
        """Add a broken place."""
        if len(self.bad) < SHOWN:
            self.bad.append(Bad(place, what))


@dataclass(frozen=True, slots=True)
class _Vouched:
    """The hash that a row should have, and the event that says so."""

    hash: str | None
    by: str


class Chains:
    """Follows the chains event by event, and remembers which hash they leave each row with."""

    def __init__(self, anchors: Mapping[tuple[str, int], str]) -> None:
        """Begin at the beginning of every chain; `anchors` are heads known from outside."""
        self.found = Findings()
        self._anchors = dict(anchors)
        self.rows: dict[tuple[str, str], _Vouched] = {}

    def follow(self, events: Iterable[Mapping[str, Any] | Unreadable]) -> None:
        """Check events in the order in which they come."""
        for event in events:
            self.found.events += 1
            if isinstance(event, Unreadable):
                self.found.note(f"audit_events {event.key}", f"cannot be read: {event.error}")
            else:
                self._check(event)

    def _check(self, event: Mapping[str, Any]) -> None:
        chain, number = str(event["chain"]), int(event["number"])
        place = f"audit_events {chain}/{number}"
        last, previous = self.found.heads.get(chain, (0, None))
        if number != last + 1:
            self.found.note(f"audit_events {chain}/{last + 1}", f"is missing: after {last} comes {number}")
        elif event["previous_hash"] != previous:
            self.found.note(place, "does not follow from the event before it")
        if event["hash_name"] != HASH_NAME or event_hash(event) != event["hash"]:
            self.found.note(place, "does not have the content that was hashed")
        anchor = self._anchors.pop((chain, number), event["hash"])
        if anchor != event["hash"]:
            self.found.note(place, "is not the event whose hash was kept outside of the database")
        self.found.heads[chain] = (number, event["hash"])
        try:
            for change in event["changes"]:
                self._follow_row(place, change)
        except (KeyError, TypeError, AttributeError):
            # The hash has told of it already; the rows that it names are then vouched for by what came before.
            self.found.note(place, "names its rows in a form that the service does not write")

    def _follow_row(self, place: str, change: Mapping[str, Any]) -> None:
        key = (change["table"], change["key"])
        vouched = self.rows.get(key)
        if (vouched.hash if vouched else None) != change["before"]:
            by = f" after {vouched.by}" if vouched else ""
            self.found.note(f"{key[0]} {key[1]}", f"was changed unseen{by}, before {place}")
        self.rows[key] = _Vouched(change["after"], place)

    def vouch(self, table: str, row: Change | Unreadable) -> None:
        """Compare a row as it is with the hash that the chains leave it with."""
        self.found.rows += 1
        vouched = self.rows.pop((table, row.key), None)
        after = f" after {vouched.by}" if vouched else ""
        if isinstance(row, Unreadable):
            self.found.note(f"{table} {row.key}", f"cannot be read: {row.error}")
        elif vouched is None or vouched.hash is None:
            self.found.note(f"{table} {row.key}", f"was put there unseen{after}")
        elif vouched.hash != row.after:
            self.found.note(f"{table} {row.key}", f"was changed unseen{after}")

    def end(self, heads: Mapping[str, tuple[int, str | None]]) -> None:
        """Compare the chains' ends with the heads that are kept beside them, and with those known from outside."""
        for chain in sorted(self.found.heads.keys() | heads.keys()):
            number, hash_ = self.found.heads.get(chain, (0, None))
            expected, expected_hash = heads.get(chain, (0, None))
            if number < expected:
                self.found.note(f"audit_events {chain}/{number + 1}", f"is missing: the chain's head is {expected}")
            elif (number, hash_) != (expected, expected_hash):
                self.found.note(f"audit_heads {chain}", f"says {expected}, the chain ends with {number}")
        for chain, number in sorted(self._anchors):
            last = self.found.heads.get(chain, (0, ""))[0]
            missing = min(last + 1, number)
            self.found.note(f"audit_events {chain}/{missing}", f"is missing: {number} was on record before")


def verify_events(
    events: Iterable[Mapping[str, Any] | Unreadable],
    heads: Mapping[str, tuple[int, str | None]],
    anchors: Mapping[tuple[str, int], str],
) -> Findings:
    """Check chains alone, as an export holds them."""
    chains = Chains(anchors)
    chains.follow(events)
    chains.end(heads)
    return chains.found


def verify_database(session: Session, anchors: Mapping[tuple[str, int], str]) -> Findings:
    """Check the chains, and every row of every audited table against the hash that the chains leave it with."""
    chains = Chains(anchors)
    chains.follow(queries.all_events(session))
    chains.end(queries.heads(session))
    for table in audited():
        for row in rows_of(session, table):
            chains.vouch(str(table.__tablename__), row)
    for (name, key), vouched in chains.rows.items():
        if vouched.hash is not None:
            chains.found.note(f"{name} {key}", f"is gone, unseen after {vouched.by}")
    return chains.found

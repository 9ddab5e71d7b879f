"""Key posts (关键岗位): who holds which from when on, told by the vendor or its service center, and only added to."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping, insert
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.alerts import service as alerts
from app.features.audit.changes import Touched
from app.features.audit.service import recording
from app.features.calendar.queries import work_calendar
from app.features.contracts import duty_queries, register
from app.features.contracts import queries as contract_queries
from app.features.contracts.key_posts import asked_from, facts_of, vacancies_by_post
from app.features.contracts.service import lock, lock_own
from app.features.contracts.versions import Version, read_versions
from app.features.contracts.within import Within
from app.features.events.service import Happening, record
from app.features.events.types import EventType
from app.features.seen import Seen, check_seen
from app.features.vendor_duties import queries, vacant_posts
from app.features.vendor_duties.queries import Whose
from app.models import Alert, Contract, DueDate, KeyPostFact
from app.models.columns import new_id
from app.models.words import AlertKind, DueKind
from app.rules.faults import Fault
from app.rules.key_posts import PostFact, held_no_day, holder_now, subject_of, vacancies


@dataclass(frozen=True, slots=True, kw_only=True)
class PostChange:
    """Somebody holds a post from a day on, by a reference of the vendor's; or with `holder` None nobody does.

    `happened_on` is the day of `app.rules.key_posts.PostFact`: the first one held, or the first one without a holder.
    """

    post: str
    happened_on: date
    holder: str | None
    note: str | None = None


def change_own(
    session: Session,
    caller: Caller,
    vendor_id: uuid.UUID,
    contract_id: uuid.UUID,
    changes: Sequence[PostChange],
    seen: Seen = None,
) -> None:
    """Add what a vendor says of its own contract's key posts."""
    _change(session, caller, lock_own(session, vendor_id, contract_id), changes, seen)


def change(
    session: Session, caller: Caller, contract_id: uuid.UUID, changes: Sequence[PostChange], seen: Seen = None
) -> None:
    """Add what the service center says of a contract's key posts."""
    _change(session, caller, lock(session, caller, contract_id), changes, seen)


def _change(session: Session, caller: Caller, contract: Contract, changes: Sequence[PostChange], seen: Seen) -> None:
    """Add facts in their order, and bring due dates and alerts to the vacancies that follow from all of them."""
    known = duty_queries.key_post_facts(session, contract.id)
    check_seen(seen, len(known))
    versions = read_versions(contract_queries.versions(session, contract.id))
    asked = asked_from(contract, versions)
    faults = list(_faults(contract, asked, facts_of(known), changes))
    if faults:
        raise Invalid(faults[0].detail, faults=faults)
    with _recording(session, caller, contract):
        _write(session, caller, contract, len(known), changes)
        _bring_in_line(session, contract, versions)
        found = vacant_posts.evaluate(session, clock.today(), Within(contract_id=contract.id))
        alerts.settle(session, AlertKind.KEY_POST_VACANT, contract.id, found.states)
        happening = Happening(
            type=EventType.KEY_POST_CHANGED,
            service_center_id=contract.service_center_id,
            vendor_id=contract.vendor_id,
            subject_id=contract.id,
            contract_id=contract.id,
            version=len(known) + len(changes),
            more={"posts": sorted({change.post for change in changes})},
        )
        record(session, happening)


def _faults(
    contract: Contract,
    asked: Mapping[str, date],
    facts: Mapping[str, Sequence[PostFact]],
    changes: Sequence[PostChange],
) -> Iterator[Fault]:
    told = {post: list(of_post) for post, of_post in facts.items()}
    for place, stated in enumerate(changes):
        pointer, day = f"/changes/{place}", "vacated_on" if stated.holder is None else "held_from"
        if stated.post not in asked:
            detail = f"The terms name no key post '{stated.post}'."
            remedy = f"Name one of: {', '.join(sorted(asked)) or 'none, the terms have no clause key_posts'}."
            yield Fault(f"{pointer}/post", "unknown-post", detail, remedy)
            continue
        of_post = told.setdefault(stated.post, [])
        out_of_order = list(_check_day(contract, of_post, stated, f"{pointer}/{day}"))
        yield from out_of_order
        if stated.holder is None and not out_of_order:
            yield from _check_held(of_post, stated, f"{pointer}/{day}")
        holder = holder_now(of_post)
        if stated.holder is None and holder is None:
            detail = f"Nobody holds the post '{stated.post}'."
            yield Fault(f"{pointer}/vacated_on", "vacant-already", detail, "Say first who held it, and from when.")
        if stated.holder is not None and holder is not None and stated.holder == holder.holder:
            detail = f"'{stated.holder}' holds the post since {holder.on}."
            yield Fault(f"{pointer}/holder", "holds-it-already", detail, "Nothing is left to say.")
        of_post.append(PostFact(stated.happened_on, stated.holder))


def _check_day(contract: Contract, known: Sequence[PostFact], stated: PostChange, pointer: str) -> Iterator[Fault]:
    on, today, last = stated.happened_on, clock.today(), contract.closed_on or contract.ends_on
    remedy = "State the day on which it happened."
    if on > today:
        yield Fault(pointer, "date-in-future", f"{on} is after today, {today}.", remedy)
    elif not contract.starts_on <= on <= last:
        detail = f"{on} is not a day of the service, {contract.starts_on} to {last}."
        yield Fault(pointer, "date-outside-service", detail, remedy)
    elif known and on < known[-1].on:
        detail = f"{on} lies before {known[-1].on}, up to which the post's history is told."
        yield Fault(pointer, "before-what-is-told", detail, "Tell what happened in its order.")


def _check_held(known: Sequence[PostFact], stated: PostChange, pointer: str) -> Iterator[Fault]:
    held = held_no_day(known, stated.happened_on)
    if held is not None:
        detail = f"'{held.holder}' holds the post '{stated.post}' from {held.on} on, and would have held it on no day."
        remedy = "`vacated_on` is the first day without a holder. Leave a holder out who held it on no day."
        yield Fault(pointer, "held-no-day", detail, remedy)


def _write(session: Session, caller: Caller, contract: Contract, before: int, changes: Sequence[PostChange]) -> None:
    now = clock.now()
    rows = [
        {
            "id": new_id(),
            "service_center_id": contract.service_center_id,
            "vendor_id": contract.vendor_id,
            "contract_id": contract.id,
            "number": number,
            "post": stated.post,
            "happened_on": stated.happened_on,
            "holder": stated.holder,
            "note": stated.note,
            "recorded_by": caller.name,
            "recorded_at": now,
        }
        for number, stated in enumerate(changes, start=before + 1)
    ]
    session.connection().execute(insert(KeyPostFact), rows)


def _bring_in_line(session: Session, contract: Contract, versions: Sequence[Version]) -> None:
    """Enter a due date for each vacancy that has none, meet those that were filled, reopen those that were not."""
    by_post = vacancies_by_post(session, contract, versions)
    vacant = {
        (DueKind.KEY_POST, subject_of(post, vacancy.since)): vacancy
        for post, found in by_post.items()
        for vacancy in found
    }
    events = (
        event for post, found in by_post.items() for event in register.vacancies(post, (one.since for one in found))
    )
    met = {(DueKind.KEY_POST, row["subject"]): row["met_on"] for row in queries.vacancies_owed(session, contract.id)}
    owner = register.Owner(contract.service_center_id, contract.id)
    for key, values in register.expected(versions, events, work_calendar(session)).items():
        filled_on = vacant[key].filled_on
        if key not in met:
            if contract.closed_on is not None:
                # What was vacant when the service ended is owed no more.
                continue
            register.enter(session, owner, {key: values}, vacant[key].since)
        if filled_on is None and met.get(key) is not None:
            register.reopen(session, contract.id, *key)
        elif filled_on is not None and filled_on != met.get(key):
            register.meet(session, contract.id, *key, filled_on)


@dataclass(frozen=True, slots=True)
class Post:
    """A key post as it stands: who holds it from when on, or since when it is vacant and by when it is filled."""

    code: str
    name: str
    holder: str | None
    held_from: date | None
    vacant_since: date | None
    due_on: date | None
    provisional: bool
    asked: bool
    """Whether the terms, as known now, still name it."""
    history: tuple[RowMapping, ...]


@dataclass(frozen=True, slots=True)
class Posts:
    """The key posts of a contract, and how many facts about them there are, which is their version."""

    version: int
    posts: tuple[Post, ...]


def read(session: Session, whose: Whose, contract_id: uuid.UUID) -> Posts:
    """Read how the key posts of a contract stand: those that its terms name, and those that facts are told of."""
    contract = queries.contract_of(session, whose, contract_id)
    if contract is None:
        raise NotFound(pointer="/path/contract_id")
    rows = duty_queries.key_post_facts(session, contract_id)
    versions = read_versions(contract_queries.versions(session, contract_id))
    asked, facts = asked_from(contract, versions), facts_of(rows)
    names = {post.code: post.name for version in versions for post in version.terms.key_posts}
    owed = {row["subject"]: row for row in queries.vacancies_owed(session, contract_id)}
    found = []
    for code in sorted({*asked, *facts}):
        told = facts.get(code, ())
        holder = holder_now(told)
        vacant = vacancies(asked[code], told)[-1].since if code in asked and holder is None else None
        due = owed.get(subject_of(code, vacant)) if vacant else None
        found.append(
            Post(
                code,
                names.get(code, code),
                holder.holder if holder else None,
                holder.on if holder else None,
                vacant,
                due["due_on"] if due else None,
                bool(due and due["provisional"]),
                code in asked,
                tuple(row for row in rows if row["post"] == code),
            )
        )
    return Posts(len(rows), tuple(found))


def _recording(session: Session, caller: Caller, contract: Contract) -> AbstractContextManager[None]:
    """Record what is done inside as one act on the contract's key posts: facts, due dates, alerts."""
    due = (col(DueDate.contract_id) == contract.id) & (col(DueDate.kind) == DueKind.KEY_POST)
    vacant = (col(Alert.contract_id) == contract.id) & (col(Alert.kind) == AlertKind.KEY_POST_VACANT)
    touched: tuple[Touched, ...] = (
        (KeyPostFact, col(KeyPostFact.contract_id) == contract.id),
        (DueDate, due),
        (Alert, vacant),
    )
    details = {"number": contract.number}
    center = contract.service_center_id
    return recording(session, caller.actor, center, "key_post.changed", contract.id, *touched, details=details)

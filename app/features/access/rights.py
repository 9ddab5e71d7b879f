"""Who may change whom: an administrator those whose service centers are all their own, one such act at a time."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlmodel import Session

from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.features.access import rights_queries
from app.features.access.caller import Caller
from app.features.audit.actor import Actor
from app.features.audit.changes import Touched, differences, hashes
from app.features.audit.service import Act, append
from app.models.words import Role
from app.rules.faults import Fault


class BeyondOwnCenters(Forbidden):
    """Somebody, or some system, of service centers that are not all the caller's."""

    code = "beyond-own-centers"
    title = "It has service centers that are not yours"
    remedy = "Ask an administrator of all of its service centers, or whoever operates the service."


class LastAdministrator(Conflict):
    """A service center that nobody would administer any more."""

    code = "last-administrator"
    title = "A service center would be left without an administrator"
    remedy = "Make somebody else its administrator first, and have them sign in and choose their own password."


def named_centers(caller: Caller, stated: Sequence[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Give the service centers that are to be granted; one that is not the caller's is refused as if it were not."""
    for place, center in enumerate(stated):
        if center not in caller.centers:
            raise NotFound("There is no such service center.", pointer=f"/service_centers/{place}")
    return frozenset(stated)


def check_company(session: Session, role: Role, vendor_id: uuid.UUID | None, centers: Collection[uuid.UUID]) -> None:
    """Refuse a vendor's own without its company, or beyond its company's service center, and a company of others."""
    if role is not Role.VENDOR:
        if vendor_id is not None:
            detail = f"The role '{role}' is of no vendor."
            raise Invalid(detail, faults=[Fault("/vendor_id", "vendor-of-another-role", detail, "Leave it out.")])
        return
    center = None if vendor_id is None else rights_queries.center_of_vendor(session, vendor_id)
    if vendor_id is None:
        detail = "Whoever has the role 'vendor' belongs to a vendor."
        raise Invalid(detail, faults=[Fault("/vendor_id", "vendor-missing", detail, "State an id of GET /v1/vendors.")])
    if center not in centers:
        raise NotFound("There is no such vendor in these service centers.", pointer="/vendor_id")
    if len(centers) > 1:
        detail = "Whoever belongs to a vendor sees that vendor's service center alone."
        raise Invalid(detail, faults=[Fault("/service_centers", "center-of-vendor", detail, f"State {center} alone.")])


def hold(session: Session, caller: Caller, centers: Collection[uuid.UUID]) -> None:
    """Hold service centers while somebody's rights in them are changed, and see that the caller still may.

    Whoever takes the caller's right away holds the same centers, so that what the caller does with it comes wholly
    before that or not at all.
    """
    rights_queries.hold_centers(session, centers)
    if not set(centers) <= rights_queries.administered(session, caller.principal_id):
        raise Forbidden("Your own rights were changed while this was asked.")


def check_all_own(caller: Caller, centers: Collection[uuid.UUID]) -> None:
    """Refuse to change whoever has a service center that is not the caller's."""
    if not set(centers) <= set(caller.centers):
        raise BeyondOwnCenters


def keep_an_administrator(session: Session, principal_id: uuid.UUID, centers: Collection[uuid.UUID]) -> None:
    """Refuse to take a person away from service centers that have no other administrator who can sign in."""
    lacking = set(centers) - rights_queries.administered_by_others(session, principal_id, centers)
    if lacking:
        codes = rights_queries.codes(session, lacking)
        raise LastAdministrator(f"Nobody else who has signed in administers {', '.join(codes)}.")


@contextmanager
def recorded(
    session: Session,
    actor: Actor,
    centers: Collection[uuid.UUID],
    action: str,
    subject_id: uuid.UUID,
    *touched: Touched,
    details: dict[str, Any],
) -> Iterator[None]:
    """Record what is done inside in the service's own chain, and tell each service center that it concerns of it.

    Somebody may be of several centers, one after the other, and what vouches for a row must stand in one chain.
    """
    before = hashes(session, touched)
    yield
    session.flush()
    changed = differences(before, hashes(session, touched))
    stated = sorted(centers)
    whole = details | {"service_centers": [str(center) for center in stated]}
    acts = [Act(actor, None, action, str(subject_id), changed, whole)]
    append(session, acts + [Act(actor, center, action, str(subject_id), details=details) for center in stated])

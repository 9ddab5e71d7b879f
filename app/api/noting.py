"""Notes who saw what: figures and evidence that were given, files that were saved, what was refused."""

import re
import uuid
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request
from starlette.types import Scope

from app.api.auth import Permission, Resource
from app.api.requests import KaoheRoute
from app.features.access.caller import Caller
from app.features.access_log.entries import Entry
from app.features.access_log.recorder import Recorder
from app.models.words import AccessKind
from app.values import parse_id

UNSEEN = frozenset({Resource.ME, Resource.TEMPLATES, Resource.EVENTS, Resource.MESSAGES})
"""What holds neither figures nor evidence: who I am, the program's own templates, thin events, one's own messages."""
UNSEEN_ROUTES = frozenset({"/v1/portal/me", "/v1/portal/events", "/v1/portal/events/{event_id}"})
"""The same of the vendor's door, whose routes are all of one resource."""

_GIVEN = frozenset({HTTPStatus.OK, HTTPStatus.NOT_MODIFIED})
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
_MONTH = re.compile(r"\d{4}(-\d{2})?", re.ASCII)
"""A year or a month."""
_HOST = re.compile(r"[\w.:%-]{1,45}", re.ASCII)


def note_answer(scope: Scope, request_id: str, status: int, *, saved: bool) -> None:
    """Note an answered request where it concerns the access log; `saved` says that a file was given."""
    route = scope.get("route")
    template = route.path if isinstance(route, KaoheRoute) else ""
    came: Coming | None = scope["state"].get("coming")
    kind = came.kind if came else _kind(scope["method"], route, template, status, saved=saved)
    if kind is None:
        return
    entry = Entry(kind, scope["method"], template, status, request_id=request_id, address=_address(scope))
    if status >= HTTPStatus.BAD_REQUEST:
        entry.code = scope["state"].get("refused")
    caller: Caller | None = scope["state"].get("caller")
    if came is not None:
        entry.principal_id = came.principal_id
    elif caller is not None:
        entry.principal_id, entry.principal, entry.role = caller.principal_id, caller.name, caller.role
        entry.vendor_id, entry.centers = caller.vendor_id, caller.centers
        entry.subjects = {name: _subject(str(value)) for name, value in scope.get("path_params", {}).items()}
    recorder: Recorder = scope["app"].state.access_log
    recorder.note(entry)


@dataclass(frozen=True, slots=True)
class Coming:
    """A sign-in, a refused one or a sign-out; the principal is None where the name is nobody's."""

    kind: AccessKind
    principal_id: uuid.UUID | None


def note_coming(request: Request, kind: AccessKind, principal_id: uuid.UUID | None) -> None:
    """Have the answer to this request noted as a sign-in, a refused one or a sign-out of a principal."""
    request.state.coming = Coming(kind, principal_id)


def _kind(method: str, route: object, template: str, status: int, *, saved: bool) -> AccessKind | None:
    """Say what an answer is for the access log; None: nothing."""
    if status in _REFUSED:
        return AccessKind.REFUSAL
    if not isinstance(route, KaoheRoute) or not template.startswith("/v1/"):
        return None
    if status == HTTPStatus.NOT_FOUND:
        return AccessKind.REFUSAL
    if status not in _GIVEN or method != "GET":
        return None
    if saved:
        return AccessKind.EXPORT
    # Below /v1 every gate is a permission of the table.
    shows = isinstance(route.gate, Permission) and route.gate.resource not in UNSEEN
    return AccessKind.READ if shows and template not in UNSEEN_ROUTES else None


def _subject(value: str) -> str:
    """Give an id in lower case, a year, a month; anything else is somebody's own text, and might be a secret."""
    id_ = parse_id(value)
    return _only(_MONTH, value) if id_ is None else str(id_)


def _only(form: re.Pattern[str], value: str) -> str:
    return value if form.fullmatch(value) else "?"


def _address(scope: Scope) -> str | None:
    client = scope.get("client")
    return _only(_HOST, str(client[0])) if client else None

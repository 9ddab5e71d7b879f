"""The door through which people come in: sign in, sign out, the session, one's own password."""

import uuid
from datetime import datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, SecretStr

from app.api import cookies
from app.api.answers import Db, answer
from app.api.gates import Open, SignedIn
from app.api.noting import note_coming
from app.api.problems import RESPONSES
from app.api.rates import check_sign_in, heavy
from app.api.requests import KaoheRoute
from app.api.rooms import plain_name
from app.database import Database
from app.features.access import own_password, sessions, sign_in, sign_in_queries
from app.features.access.caller import Caller
from app.features.access.own_password import CurrentPasswordWrong
from app.features.access.sign_in import SignInLocked
from app.features.access.sign_in_rules import SignInRules
from app.models.words import AccessKind, Language, Role
from app.values import Number, Out, Shape, shown

LONGEST_SENT = 1024
"""Characters of a password that are read at all: what is longer than the profiles allow is answered by their rule."""

router = APIRouter(
    route_class=KaoheRoute, tags=["sign-in"], responses=RESPONSES, generate_unique_id_function=plain_name
)
Anybody = Annotated[None, Depends(Open("who they are is what they come to say"))]
Person = Annotated[Caller, Depends(SignedIn())]
_LOCKED: dict[int | str, dict[str, Any]] = {429: {"description": "Too many failures; see Retry-After"}}
Secret = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_SENT)]


async def _rules(request: Request) -> SignInRules:
    rules: SignInRules = request.app.state.sign_in
    return rules


Rules = Annotated[SignInRules, Depends(_rules)]


class SignIn(Shape):
    """A name and its password, as it was typed."""

    model_config = shown({"name": "li.zhuguan", "password": "Zhe-2024-ge-chuangkou"})

    name: Number
    password: Secret


class NewPassword(Shape):
    """The present password and the one to take its place."""

    model_config = shown({"current": "Zhe-2024-ge-chuangkou", "new": "Nei-2025-ge-dating+men"})

    current: Secret
    new: Annotated[Secret, Field(description="Taken as it is: never cut, trimmed or normalised.")]


class SessionNow(Out):
    """Who has signed in, and until when."""

    principal_id: uuid.UUID
    name: str
    display_name: str
    language: Language
    role: Role
    vendor_id: uuid.UUID | None
    csrf_token: Annotated[str, Field(description="For the header `X-CSRF-Token` of whatever changes something.")]
    expires_at: Annotated[datetime, Field(description="However busy it is; without requests it ends earlier.")]
    idle_minutes: Annotated[int, Field(description="After so long without a request it has ended.")]
    password_change_due: Annotated[bool, Field(description="Then nothing but `POST /password` is allowed.")]


@router.post("/sign-in", response_model=SessionNow, responses=_LOCKED, summary="Sign in")
def sign_in_person(request: Request, _who: Anybody, db: Db, rules: Rules, body: SignIn) -> Response:
    """Begin a session: a cookie that scripts cannot read, and a token for the header of whatever changes something.

    Unknown names, wrong passwords and disabled accounts get one and the same answer. After some failures in a row a
    name is locked for a while, whether there is such a user or not. A session that the browser had is ended.
    """
    check_sign_in(request, body.name)
    outcome = sign_in.attempt(
        db,
        rules,
        body.name,
        body.password.get_secret_value(),
        former=cookies.secret_of(request),
        request_id=structlog.contextvars.get_contextvars().get("request_id"),
    )
    note_coming(request, AccessKind.SIGN_IN if outcome.secret else AccessKind.SIGN_IN_REFUSED, outcome.principal_id)
    outcome.refuse()
    response = answer(_session(db, rules, outcome.secret), headers={"Cache-Control": "no-store"})
    return cookies.give(response, outcome.secret)


@router.post("/sign-out", status_code=204, response_class=Response, summary="Sign out")
def sign_out_person(request: Request, _who: Anybody, db: Db) -> Response:
    """End the session whose cookie came, at once, and have the browser forget it; without one nothing is left to do.

    With a cookie the header `X-CSRF-Token` is needed, as for whatever changes something.
    """
    secret = cookies.secret_of(request)
    if secret is not None:
        cookies.check_csrf(request, secret)
    left = sign_in.sign_out(db, secret)
    if left is not None:
        note_coming(request, AccessKind.SIGN_OUT, left)
    return cookies.take_back(Response(status_code=204))


@router.get("/session", response_model=SessionNow)
def read_session(request: Request, _who: Person, db: Db, rules: Rules) -> Response:
    """Tell who has signed in, until when, and what whatever changes something must carry."""
    return answer(_session(db, rules, cookies.secret_of(request) or ""))


@router.post("/password", status_code=204, response_class=Response, responses=_LOCKED, summary="Change your password")
@heavy
def change_password(request: Request, who: Person, db: Db, rules: Rules, body: NewPassword) -> Response:
    """Change one's own password; all other sessions of the same person end.

    A wrong current password counts as a failed sign-in, and is noted like one.
    """
    try:
        own_password.change(db, rules, who, body.current.get_secret_value(), body.new.get_secret_value())
    except (CurrentPasswordWrong, SignInLocked):
        note_coming(request, AccessKind.SIGN_IN_REFUSED, who.principal_id)
        raise
    return Response(status_code=204)


def _session(db: Database, rules: SignInRules, secret: str) -> SessionNow:
    with db.read() as session:
        who = sessions.authenticate(session, secret, rules)
        user = sign_in_queries.user(session, who.principal_id)
    assert who.session is not None  # noqa: S101 that is how it was recognised
    return SessionNow.model_construct(
        principal_id=who.principal_id,
        name=who.name,
        display_name=user.display_name,
        language=user.language,
        role=who.role,
        vendor_id=who.vendor_id,
        csrf_token=sessions.csrf_token(secret),
        expires_at=who.session.expires_at,
        idle_minutes=int(rules.idle.total_seconds()) // 60,
        password_change_due=who.session.password_due,
    )

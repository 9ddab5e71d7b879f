"""The cookie of a session, and the proof that a request comes from a page of this host."""

import secrets
from urllib.parse import urlsplit

from fastapi import Request, Response

from app.errors import BadRequest, Forbidden, Unauthenticated
from app.features.access import sessions

COOKIE = "__Host-kaohe"
"""The prefix has browsers take it only over TLS, from this very host, for all of its paths (RFC 6265bis, 4.1.3)."""
CSRF_HEADER = "X-CSRF-Token"
_READING = frozenset({"GET", "HEAD"})


class TwoCredentials(BadRequest):
    """A token and a session in one request."""

    code = "two-credentials"
    title = "The request carries a token and a session"
    remedy = "Send the header 'Authorization' or the cookie, not both."


class CsrfFailed(Forbidden):
    """A change in somebody's session that does not show that a page of this host asked for it."""

    code = "csrf-failed"
    title = "The request does not come from a page of this service"
    remedy = "Send the header 'X-CSRF-Token' with what POST /sign-in or GET /session gave, from this host's own page."


def secret_of(request: Request) -> str | None:
    """Give the secret that the session's cookie carries; None without a cookie.

    Read as the browser wrote it: the framework would take off blanks of every script, so that a cookie which browsers
    let another host set could pass for this one. Two of the name are refused, whichever is meant; so is one beside a
    token.
    """
    sent = "; ".join(request.headers.getlist("cookie")).split(";")
    named = [part.strip(" \t").partition("=") for part in sent]
    found = [value for name, _, value in named if name == COOKIE]
    if len(found) > 1:
        raise Unauthenticated("The request carries two sessions.", remedy="Sign in again: POST /sign-in.")
    secret = found[0] or None if found else None
    if secret is not None and "authorization" in request.headers:
        raise TwoCredentials
    return secret


def check_origin(request: Request) -> None:
    """Refuse a request that a browser sends for a page of another host; programs send no Origin."""
    for origin in request.headers.getlist("origin"):
        if _host_of(origin) != request.headers.get("host", "").lower():
            raise CsrfFailed("The Origin is another host.", pointer="/header/Origin")


def _host_of(origin: str) -> str | None:
    """Give host and port of an Origin; None where it names none, as `null` does."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def check_csrf(request: Request, secret: str) -> None:
    """Refuse a change that does not carry what only a page of this host can know of this session."""
    if request.method in _READING:
        return
    check_origin(request)
    shown = request.headers.get(CSRF_HEADER, "").encode("utf-8", "backslashreplace")
    if not secrets.compare_digest(shown, sessions.csrf_token(secret).encode()):
        raise CsrfFailed(pointer=f"/header/{CSRF_HEADER}")


def give(response: Response, secret: str) -> Response:
    """Have the browser keep a session, until it is closed at the latest."""
    response.set_cookie(COOKIE, secret, path="/", secure=True, httponly=True, samesite="strict")
    return response


def take_back(response: Response) -> Response:
    """Have the browser forget the session."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return response

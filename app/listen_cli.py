"""The command `kaohe listen`: a vendor's events on a machine that nobody can reach from outside."""

import json
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Annotated, Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit

# The service itself sends HTTP only through its checks of destinations. This is a client: whoever types the command
# names the addresses, with rights of their own, so the standard library does.
from urllib.request import Request, urlopen

import typer

from app import clock
from app.features.webhooks import signing
from app.models.columns import canonical

Json = dict[str, Any]

EVENTS = "/v1/portal/events"
PAGE = 100
ANSWER_SECONDS = 20
LONGEST_WAIT_SECONDS = 60.0
SUCCESS = range(200, 300)


class Refused(Exception):
    """The service answered that it will never answer: asking again would not help."""


class Unanswered(Exception):
    """The service did not answer, or not now; `wait` says after how many seconds it asks to be asked again."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        """Keep both."""
        super().__init__(why)
        self.wait = wait


@dataclass(slots=True)
class Feed:
    """A vendor's events, read from a place on; the place outlives the program where a file keeps it."""

    url: str
    token: str
    kept_in: Path | None
    cursor: str | None = None

    def __post_init__(self) -> None:
        """Go on where the file says."""
        if self.kept_in is not None and self.kept_in.exists():
            self.cursor = self.kept_in.read_text("utf-8").strip() or None

    def page(self) -> tuple[list[Json], str]:
        """Read the next events, if any yet, and the place behind them; raises Refused, Unanswered."""
        query = {"limit": str(PAGE)} | ({"cursor": self.cursor} if self.cursor else {})
        request = Request(  # noqa: S310 the scheme was checked
            f"{self.url}{EVENTS}?{urlencode(query)}", headers={"Authorization": f"Bearer {self.token}"}
        )
        try:
            with urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 the scheme was checked
                page = json.load(answer)
        except HTTPError as error:
            raise _refusal(error) from None
        except (OSError, HTTPException, ValueError) as error:
            raise Unanswered(f"{self.url} does not answer: {error}") from None
        return page["items"], page["next_cursor"]

    def go_on_from(self, cursor: str) -> None:
        """Remember a place; the file is replaced whole, so that a stop in between leaves the one before."""
        self.cursor = cursor
        if self.kept_in is not None:
            fresh = self.kept_in.with_name(f"{self.kept_in.name}.new")
            fresh.write_text(f"{cursor}\n", "utf-8")
            fresh.replace(self.kept_in)

    def skip(self) -> None:
        """Go behind everything that there is."""
        items, cursor = self.page()
        while items:
            self.go_on_from(cursor)
            items, cursor = self.page()
        self.go_on_from(cursor)


@dataclass(frozen=True, slots=True)
class Forward:
    """A receiver on this machine, and the secret that signs what is posted there."""

    url: str
    secret: str

    def post(self, event: Json) -> tuple[bool, str]:
        """Post an event as a delivery comes; gives whether it was taken, and how it was answered, in words.

        A redirect is an answer and not followed.
        """
        body = body_of(event)
        headers = signing.headers(uuid.UUID(event["id"]), clock.now(), body, [self.secret])
        address = urlsplit(self.url)
        connect = HTTPSConnection if address.scheme == "https" else HTTPConnection
        connection = connect(address.hostname or "", address.port, timeout=ANSWER_SECONDS)
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            return False, f"not delivered: {type(error).__name__} {error}"
        finally:
            connection.close()
        return status in SUCCESS, f"answered {status}" if status in SUCCESS else f"not delivered: answered {status}"


def body_of(event: Json) -> bytes:
    """Give the bytes that a webhook carries for an event."""
    return canonical({name: event[name] for name in ("type", "timestamp", "data")}).encode()


def listen_command(
    url: Annotated[str, typer.Option(envvar="KAOHE_URL", help="Where Kaohe is.")] = "http://127.0.0.1:8000",
    token: Annotated[str, typer.Option(envvar="KAOHE_TOKEN", help="The vendor's token.")] = "",
    forward: Annotated[str | None, typer.Option(help="Post each event, signed, to this local receiver.")] = None,
    secret: Annotated[
        str | None, typer.Option(envvar="KAOHE_WEBHOOK_SECRET", help="Signs with this whsec_…; left out, a new one.")
    ] = None,
    cursor_file: Annotated[
        Path | None, typer.Option(help="Remember here how far it has come, and go on there.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Begin with the oldest readable event.")] = False,
    once: Annotated[bool, typer.Option("--once", help="End when there is nothing more.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print each event as one JSON line.")] = False,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 2.0,
) -> None:
    """Print a vendor's events as they happen, and post them signed to a local receiver where asked; Ctrl-C ends it."""
    for address in filter(None, (url, forward)):
        if urlsplit(address).scheme not in {"http", "https"} or not urlsplit(address).hostname:
            raise typer.BadParameter(f"'{address}' is no address; write it like http://127.0.0.1:9000/kaohe.")
    if not token:
        raise typer.BadParameter("give the vendor's token by --token or in KAOHE_TOKEN.")
    receiver = None if forward is None else Forward(forward, _checked(secret))
    if receiver is not None and secret is None:
        _say(f"Signing with {receiver.secret}")
    feed = Feed(url.rstrip("/"), token, cursor_file)

    def deal(event: Json) -> bool:
        taken, said = (True, None) if receiver is None else receiver.post(event)
        _print(event, said, as_json=as_json)
        return taken

    try:
        if not follow(feed, deal, every, everything=everything, once=once):
            raise typer.Exit(1)
    except Refused as error:
        _say(str(error))
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        _say("Stopped.")


def follow(feed: Feed, deal: Callable[[Json], bool], every: float, *, everything: bool, once: bool) -> bool:
    """Deal with the events as they come, in their order; what may pass is waited out.

    A page is remembered once all of it was dealt with. An event that was not taken is dealt with again, and the ones
    behind it wait: nothing is passed over. With `once` it ends when there is nothing more, or gives False at the
    first event that is not taken.
    """
    begun, failures, dealt = everything or feed.cursor is not None, 0, set[str]()
    if begun:
        _say("Listening from the oldest event on." if feed.cursor is None else "Listening from where it left off.")
    while True:
        try:
            if not begun:
                feed.skip()
                begun = True
                _say("Listening for what happens from now on.")
            items, cursor = feed.page()
        except Unanswered as error:
            failures += 1
            _pause(str(error), error.wait or every * 2**failures)
            continue
        for event in (item for item in items if item["id"] not in dealt):
            if not deal(event):
                break
            dealt.add(event["id"])
        else:
            failures = 0
            dealt.clear()
            feed.go_on_from(cursor)
            if not items and once:
                return True
            if not items:
                time.sleep(every)
            continue
        if once:
            return False
        failures += 1
        _pause("It waits until it is taken.", every * 2**failures)


def _pause(why: str, seconds: float) -> None:
    wait = min(seconds, LONGEST_WAIT_SECONDS)
    _say(f"{why} Looking again in {wait:g} s.")
    time.sleep(wait)


def _checked(secret: str | None) -> str:
    if secret is None:
        return signing.new_secret()
    try:
        signing.key_of(secret)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None
    return secret


def _refusal(error: HTTPError) -> Refused | Unanswered:
    """Tell what passes from what does not: a busy or restarting service from a token that is not valid."""
    with error:
        try:
            problem = json.load(error)
            said = f"{error.code} {problem['code']}: {problem['detail']} {problem['remedy']}"
        except (ValueError, KeyError, TypeError):
            said = f"{error.code} {error.reason}."
    if error.code == HTTPStatus.TOO_MANY_REQUESTS or error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        after = error.headers.get("Retry-After", "")
        return Unanswered(said, float(after) if after.isdecimal() else None)
    return Refused(said)


def _print(event: Json, outcome: str | None, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(event | ({} if outcome is None else {"forwarded": outcome}), ensure_ascii=False), flush=True)
        return
    data = event["data"]
    line = f"{event['timestamp']}  {data['sequence']:>5}  {event['type']:<26}{data['period'] or '-':<9}{data['url']}"
    print(line if outcome is None else f"{line}  {outcome}", flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)

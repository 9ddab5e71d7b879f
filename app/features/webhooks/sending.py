"""One attempt: the stored bytes, signed by every live secret, sent once, and what came of it in a word."""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpcore

from app import clock
from app.features.webhooks import signing
from app.features.webhooks.dialling import (
    LARGEST_ANSWER,
    Blocked,
    Check,
    CheckedNetwork,
    NameUnknown,
    TlsFailed,
    TooMuch,
    tls,
)
from app.features.webhooks.names import Resolver, system_resolver
from app.features.webhooks.parcels import Answer, Parcel
from app.features.webhooks.sealing import Sealer, Unsealable
from app.rules.destinations import Destination, UrlPolicy, check_url, forbidden
from app.rules.webhook_schedule import retry_after

MOST_PARTS = 256
"""Pieces of an answer's body that are read: taking thousands of single bytes would cost more than they say."""

_SUCCESS = range(200, 300)
_REDIRECT = range(300, 400)


@dataclass(slots=True)
class _Read:
    """What has been read of an answer so far: it is kept also where the time runs out."""

    status: int | None = None
    retry_after: str | None = None
    body: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True)
class Sender:
    """Sends parcels: `seconds` is the time for one whole attempt, from the name's look-up to the answer's last byte."""

    policy: UrlPolicy
    sealer: Sealer
    seconds: float
    resolve: Resolver = field(default_factory=system_resolver)
    check: Check = forbidden
    context: ssl.SSLContext = field(default_factory=tls)

    async def send(self, parcel: Parcel) -> Answer:
        """Send once and give what came of it; raises nothing that a receiver could cause."""
        # The policy may have become stricter since the address was registered.
        destination = check_url(parcel.url, self.policy)
        if not isinstance(destination, Destination):
            return Answer("address_not_allowed")
        live = self._live(parcel)
        if not live:
            return Answer("secret_unreadable", ours=True)
        read = _Read()
        error: str | None = None
        try:
            async with asyncio.timeout(self.seconds):
                await self._exchange(parcel, destination, live, read)
        except (TimeoutError, httpcore.TimeoutException):
            error = "timeout"
        except Blocked:
            error = "blocked_destination"
        except NameUnknown:
            error = "name_not_found"
        except TlsFailed:
            error = "tls_failed"
        except TooMuch:
            # Whether it arrived is known by then, unless the head itself does not end.
            error = None if read.status else "answer_too_large"
        except httpcore.ConnectError:
            error = "connection_failed"
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
            error = "broken_answer"
        wait = retry_after(read.retry_after, clock.now())
        return Answer(error or _word(read.status), read.status, bytes(read.body), wait)

    def _live(self, parcel: Parcel) -> list[str]:
        """Open the secrets that sign; one sealed under a key that is lost signs no more, and holds up no other."""
        live = []
        for sealed in parcel.sealed:
            with suppress(Unsealable):
                live.append(self.sealer.open(sealed))
        return live

    async def _exchange(self, parcel: Parcel, destination: Destination, live: Sequence[str], read: _Read) -> None:
        """Send and read over a connection of its own, which no other vendor's parcel ever shares."""
        url = httpcore.URL(
            scheme=destination.scheme, host=destination.host, port=destination.port, target=destination.target
        )
        headers = {
            "content-type": "application/json",
            "user-agent": "kaohe",
            "accept": "*/*",
            # What is unpacked is never asked for, and what comes packed is never unpacked.
            "accept-encoding": "identity",
            "connection": "close",
            **signing.headers(parcel.event_id, clock.now(), parcel.body, live),
        }
        network = CheckedNetwork(self.resolve, parcel.lifted, self.check)
        connection = httpcore.AsyncHTTPConnection(url.origin, self.context, network_backend=network, http2=False)
        async with (
            connection,
            connection.stream("POST", url, headers=list(headers.items()), content=parcel.body) as response,
        ):
            read.status = response.status
            given = dict(reversed([(name.lower(), value) for name, value in response.headers]))
            read.retry_after = given.get(b"retry-after", b"").decode("latin-1")
            parts = 0
            async for part in response.aiter_stream():
                parts += 1
                read.body += part[: LARGEST_ANSWER - len(read.body)]
                if len(read.body) >= LARGEST_ANSWER or parts == MOST_PARTS:
                    return


def _word(status: int | None) -> str | None:
    if status in _SUCCESS:
        return None
    return "redirect" if status in _REDIRECT else "status"

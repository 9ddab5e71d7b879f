"""Opens connections to vendors' systems: looks a name up, checks every address, dials the very one that was checked."""

import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import certifi
import httpcore

from app.features.webhooks.names import Resolver
from app.rules.destinations import Network, forbidden

LARGEST_ANSWER = 16 * 1024
"""Bytes of an answer's body that are read; what follows is nobody's concern."""

LARGEST_HEAD = 16 * 1024
"""Bytes that may come before the body, with everything that announces it."""

PATIENCE = 5
"""Seconds for one of several addresses; the last has all that is left of the attempt."""

Check = Callable[[str, Iterable[Network]], str | None]
"""Names why an address is not dialled; None where it may be."""


class Blocked(Exception):
    """A name that leads into a network which nothing is sent to; the vendor is told no address."""


class NameUnknown(Exception):
    """A name that the name service does not know, or a name service that does not answer."""


class TlsFailed(Exception):
    """A certificate that is not valid for the name, or no TLS at all."""


class TooMuch(Exception):
    """An answer that does not end."""


def tls() -> ssl.SSLContext:
    """Trust what the machine trusts, and the usual authorities where it has none of its own."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


async def checked(
    resolve: Resolver, host: str, port: int, lifted: Sequence[Network], check: Check = forbidden
) -> Sequence[str]:
    """Look a name up once and give its addresses; every one of them must pass, or none is dialled."""
    try:
        addresses = await resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise NameUnknown(host) from error
    if not addresses:
        raise NameUnknown(host)
    if any(check(address, lifted) for address in addresses):
        raise Blocked(host)
    return addresses


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """The network as one attempt may use it; knows no proxy, and reads no more than an answer may have."""

    def __init__(self, resolve: Resolver, lifted: Sequence[Network], check: Check = forbidden) -> None:
        """Prepare for one attempt: `lifted` are the networks that the vendor was allowed."""
        self._resolve, self._lifted, self._check = resolve, lifted, check
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 as the interface has it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Dial an address of the host that was checked; the host's name is asked for only once."""
        *others, last = await checked(self._resolve, host, port, self._lifted, self._check)
        for address in others:
            try:
                opened = await self._network.connect_tcp(address, port, PATIENCE, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            return BoundedStream(opened)
        return BoundedStream(await self._network.connect_tcp(last, port, timeout, local_address, socket_options))

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Refuse: no vendor's system lies behind a file of this machine."""
        raise Blocked

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._network.sleep(seconds)


class BoundedStream(httpcore.AsyncNetworkStream):
    """A connection of which only so much is read."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        """Begin to count."""
        self._stream, self._left = stream, LARGEST_HEAD + LARGEST_ANSWER

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 as above
        """Read what has come, at most what is left; raises TooMuch where nothing is left."""
        if self._left <= 0:
            raise TooMuch
        data = await self._stream.read(min(max_bytes, self._left, LARGEST_ANSWER), timeout)
        self._left -= len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 as above
        """Send."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Hang up."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 as above
    ) -> httpcore.AsyncNetworkStream:
        """Begin TLS under the host's name, whatever address was dialled."""
        try:
            return BoundedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except httpcore.ConnectError as error:
            raise TlsFailed from error

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 as the interface has it
        """Tell what is known of the connection."""
        return self._stream.get_extra_info(info)

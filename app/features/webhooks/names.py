"""Looks the names of vendors' systems up."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Looks the addresses of a host up; raises OSError where there are none."""

_LOOKING_UP = 32
"""Names that are looked up at the same time."""


def system_resolver() -> Resolver:
    """Ask the machine's own resolver, on threads of its own: one that hangs must not hold up the database's work."""
    threads = ThreadPoolExecutor(_LOOKING_UP, "names")

    async def resolve(host: str, port: int) -> Sequence[str]:
        def look() -> list[str]:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return list(dict.fromkeys(str(address[4][0]) for address in found))

        return await asyncio.get_running_loop().run_in_executor(threads, look)

    return resolve

"""Where a request comes from: the address that speaks to the program, or what a trusted proxy says of it."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from fastapi import Request

_HOUSEHOLD = 64
"""Bits of an IPv6 address that name a network: whoever has one address of it has all of them."""


def client_address(request: Request) -> IPv4Address | IPv6Address | None:
    """Give the peer's address, or the last hop of X-Forwarded-For where a proxy of `KAOHE_TRUSTED_PROXIES` is the peer.

    Only that proxy has written the last hop; what stands before it anybody may have invented. None where the peer has
    no address, as behind a socket of this machine.
    """
    peer = _read(request.client.host if request.client else "")
    if peer is None or not any(peer in network for network in request.app.state.trusted_proxies):
        return peer
    hops = ",".join(request.headers.getlist("x-forwarded-for"))
    return _read(hops.rpartition(",")[2].strip()) or peer


def neighbourhood(address: IPv4Address | IPv6Address | None) -> str:
    """Name what is counted as one caller: an address, of IPv6 its network."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _HOUSEHOLD), strict=False))
    return str(address)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

"""Where a request comes from."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from fastapi import Request

_HOUSEHOLD = 64
"""Bits of an IPv6 address that name a network: whoever has one address of it has all of them."""


def neighbourhood(request: Request) -> str:
    """Name what is counted as one caller: the address that a request comes from, of IPv6 its network.

    What a proxy of `KAOHE_TRUSTED_PROXIES` says of it in X-Forwarded-For, the server has put in the peer's place before
    the program sees the request. Requests without an address, as through a socket of this machine, are one caller.
    """
    address = _read(request.client.host if request.client else "")
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _HOUSEHOLD), strict=False))
    return str(address)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

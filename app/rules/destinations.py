"""Where a webhook may be sent: what an address may look like, and which networks nothing is ever sent to."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from app.rules.faults import Fault

LONGEST_URL = 2000
LONGEST_HOST = 253

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

METADATA = "metadata"
PRIVATE = "private"

_TABLE = {
    # First, since it lies within networks of other kinds: where machines of a cloud ask who they are.
    METADATA: """169.254.169.254/32 169.254.170.0/24 100.100.100.200/32 168.63.129.16/32 192.0.0.192/32
        fd00:ec2::/32 fd20:ce::/32""",
    "unspecified": "0.0.0.0/8 ::/128",
    "loopback": "127.0.0.0/8 ::1/128",
    "link-local": "169.254.0.0/16 fe80::/10",
    PRIVATE: "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7",
    "shared by carriers": "100.64.0.0/10",
    "documentation": "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20",
    "benchmarking": "198.18.0.0/15 2001:2::/48",
    "multicast": "224.0.0.0/4 ff00::/8",
    "broadcast": "255.255.255.255/32",
    "protocols": "192.0.0.0/24 192.31.196.0/24 192.52.193.0/24 192.175.48.0/24 2620:4f:8000::/48 5f00::/16",
    "6to4": "192.88.99.0/24 2002::/16",
    "teredo": "2001::/32",
    "orchid": "2001:10::/28 2001:20::/28 2001:30::/28",
    "v4-mapped": "::ffff:0:0/96",
    "v4-translated": "::ffff:0:0:0/96",
    "v4-compatible": "::/96",
    "nat64": "64:ff9b::/96 64:ff9b:1::/48",
    "discard": "100::/64 100:0:0:1::/64",
    "site-local": "fec0::/10",
    # What remains: the addresses of the future, and everything of version 6 that is not global unicast (2000::/3).
    "reserved": """240.0.0.0/4 2001::/23 ::/8 100::/8 200::/7 400::/6 800::/5 1000::/4 4000::/3 6000::/3 8000::/3
        a000::/3 c000::/3 e000::/4 f000::/5 f800::/6 fe00::/9""",
}
FORBIDDEN: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), kind) for kind, networks in _TABLE.items() for network in networks.split()
)
"""Every network that is refused, by its kind; the first that holds an address names it."""

_ISATAP = (0x00005EFE, 0x02005EFE)

_URL = re.compile(r"(?P<scheme>https?)://(?P<host>[^/?#@:\[\]\\]+)(?::(?P<port>[1-9][0-9]{0,4}))?(?P<target>[/?].*)?")
_TARGET = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_AMBIGUOUS = re.compile("[ß\u03c2\u200c\u200d]")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LARGEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class UrlPolicy:
    """What a deployment allows: on which ports an endpoint may listen, and whether without TLS."""

    ports: frozenset[int]
    http: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """An address, parsed once; `host` is the name as the name service knows it (xn--…), in small letters."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def url(self) -> str:
        """Write the address in its one form."""
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.target}"


def check_url(url: str, policy: UrlPolicy, pointer: str = "/url") -> Destination | Fault:
    """Read an address, or say what is wrong with it; nothing is looked up."""
    if len(url) > LONGEST_URL:
        return _fault(pointer, "url-too-long", f"The address has {len(url)} characters, {LONGEST_URL} are allowed.")
    found = _URL.fullmatch(url)
    target = (found["target"] or "") if found else ""
    if found is None or not _TARGET.fullmatch(target):
        detail = "The address is not a plain https address: no user, no fragment, no literal IP, no blanks."
        return _fault(pointer, "url-malformed", detail)
    host = _host(found["host"])
    if host is None:
        detail = f"'{found['host']}' is not the full name of a host in the name service."
        return _fault(pointer, "url-host", detail)
    scheme, port = found["scheme"], int(found["port"] or _DEFAULT_PORTS[found["scheme"]])
    if scheme == "http" and not policy.http:
        return _fault(pointer, "url-not-https", "The address begins with http://, without TLS.")
    if (port not in policy.ports and not (scheme == "http" and found["port"] is None)) or port > _LARGEST_PORT:
        allowed = ", ".join(map(str, sorted(policy.ports)))
        return _fault(pointer, "url-port", f"Port {port} is not allowed; allowed are {allowed}.")
    return Destination(scheme, host, port, target if target.startswith("/") else f"/{target}")


def _fault(pointer: str, code: str, detail: str) -> Fault:
    return Fault(
        pointer, code, detail, "Send an address such as https://vendor.example/kaohe, with a name as its host."
    )


def _host(given: str) -> str | None:
    """Give a name in the form of the name service; None where it is no full name, or an IP address however written."""
    # The older and the newer rules for names in other scripts read these as different hosts.
    if _AMBIGUOUS.search(given):
        return None
    try:
        host = given.encode("idna").decode().lower()
    except UnicodeError:
        return None
    labels = host.split(".")
    # Full-width digits and dots have become plain ones by now. What ends in a number is read as an address by some.
    if len(labels) == 1 or len(host) > LONGEST_HOST or _NUMBER.fullmatch(labels[-1]):
        return None
    return host if all(_LABEL.fullmatch(label) for label in labels) else None


def check_network(cidr: str, pointer: str = "/cidr") -> Network | Fault:
    """Read a network that a vendor may be allowed, or say why not: only private networks are ever allowed."""
    private = [network for network, kind in FORBIDDEN if kind == PRIVATE]
    remedy = f"Name a network that lies in one of {', '.join(map(str, private))}."
    malformed = Fault(pointer, "network-malformed", f"'{cidr}' is not a network such as 10.20.0.0/16.", remedy)
    # A zone ("%eth0") means something on one machine only, and would make one network look like many.
    if "%" in cidr:
        return malformed
    try:
        network = ip_network(cidr)
    except ValueError:
        return malformed
    if not any(_within(network, whole) for whole in private):
        return Fault(pointer, "network-not-private", f"The network {network} is not a part of a private one.", remedy)
    return network


def _within(network: Network, whole: Network) -> bool:
    if isinstance(network, IPv4Network):
        return isinstance(whole, IPv4Network) and network.subnet_of(whole)
    return isinstance(whole, IPv6Network) and network.subnet_of(whole)


def forbidden(address: str, lifted: Iterable[Network] = ()) -> str | None:
    """Name why nothing is sent to a resolved address; None where it may be dialled.

    `lifted` are the networks that the vendor was allowed; they lift what is private and nothing else. What is not an
    address at all is refused as well.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return "not an address"
    allowed = tuple(lifted)
    return next((kind for form in (parsed, *_embedded(parsed)) if (kind := _kind(form, allowed))), None)


def _kind(address: Address, lifted: tuple[Network, ...]) -> str | None:
    kind = next((kind for network, kind in FORBIDDEN if _holds(network, address)), None)
    return None if kind == PRIVATE and any(_holds(network, address) for network in lifted) else kind


def _holds(network: Network, address: Address) -> bool:
    return network.version == address.version and int(address) >> (network.max_prefixlen - network.prefixlen) == int(
        network.network_address
    ) >> (network.max_prefixlen - network.prefixlen)


def _embedded(address: Address) -> Iterator[IPv4Address]:
    """Give the addresses of version 4 that one of version 6 may stand for on its way."""
    if not isinstance(address, IPv6Address):
        return
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    interface = int(address) >> 32 & 0xFFFFFFFF
    if any(_holds(network, address) for network, kind in FORBIDDEN if kind in _ENDING_IN_V4) or interface in _ISATAP:
        yield last


_ENDING_IN_V4 = frozenset({"v4-mapped", "v4-translated", "v4-compatible", "nat64"})

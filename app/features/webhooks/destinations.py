"""Where a vendor wants its events: the address is read, its host looked up, and what lies inside is refused."""

import asyncio
import uuid
from dataclasses import dataclass

from sqlmodel import Session

from app.errors import Invalid
from app.features.webhooks import queries
from app.features.webhooks.dialling import Resolver, system_resolver
from app.features.webhooks.errors import BlockedDestination, UnresolvedDestination
from app.features.webhooks.sealing import Sealer, sealer
from app.rules.destinations import Destination, Network, UrlPolicy, check_network, check_url, forbidden
from app.rules.faults import Fault
from app.settings import Settings

LOOK_UP_SECONDS = 5
"""How long the name service may take while somebody waits for an answer."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the doors need of a deployment: which addresses it allows, how names are looked up, what seals secrets."""

    policy: UrlPolicy
    sealer: Sealer
    resolve: Resolver


def deployment(config: Settings) -> Deployment:
    """Read what the settings say of webhooks."""
    policy = UrlPolicy(frozenset(config.webhook_ports), http=config.webhook_http)
    return Deployment(policy, sealer(config), system_resolver())


@dataclass(frozen=True, slots=True)
class LookedUp:
    """An address that was read, and the addresses of its host; none where there are none, or nobody said in time."""

    destination: Destination
    addresses: tuple[str, ...]


async def look_up(by: Deployment, url: str) -> LookedUp:
    """Read an address and look its host up: outside of any transaction, since that may take its time."""
    destination = check_url(url, by.policy)
    if isinstance(destination, Fault):
        raise Invalid(destination.detail, faults=[destination])
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            addresses = await by.resolve(destination.host, destination.port)
    except (OSError, UnicodeError):
        addresses = ()
    return LookedUp(destination, tuple(addresses))


def require_destination(session: Session, vendor_id: uuid.UUID, looked_up: LookedUp) -> str:
    """Refuse what nothing is sent to and give the address in its one form; the vendor is told no IP address."""
    if not looked_up.addresses:
        raise UnresolvedDestination(f"'{looked_up.destination.host}' has no address.", pointer="/url")
    lifted = [
        network
        for cidr in queries.allowed_networks(session, vendor_id)
        if not isinstance(network := check_network(cidr), Fault)
    ]
    if any(forbidden(address, lifted) for address in looked_up.addresses):
        raise BlockedDestination("Blocked destination.", pointer="/url")
    return looked_up.destination.url


def allowed(cidr: str) -> Network:
    """Read a network that an administrator allows; raises Invalid for what is not private or too wide."""
    network = check_network(cidr)
    if isinstance(network, Fault):
        raise Invalid(network.detail, faults=[network])
    narrowest = _WIDEST[network.version]
    if network.prefixlen < narrowest:
        detail = f"{network} is wider than a /{narrowest}."
        remedy = f"Name the network that the vendor's host lies in, a /{narrowest} or narrower."
        raise Invalid(detail, faults=[Fault("/cidr", "network-too-wide", detail, remedy)])
    return network


_WIDEST = {4: 16, 6: 48}
"""The shortest prefix that is allowed, by version of the protocol."""

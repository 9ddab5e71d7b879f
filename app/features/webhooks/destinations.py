"""Where a vendor wants its events: the address is read, its host looked up, and what lies inside is refused."""

import asyncio
import socket
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from app.errors import Invalid
from app.features.webhooks import queries
from app.features.webhooks.errors import BlockedDestination, LookUpTimedOut, TooManyLookUps, UnresolvedDestination
from app.features.webhooks.names import Resolver, system_resolver
from app.features.webhooks.sealing import Sealer, sealer
from app.rules.destinations import Destination, Network, UrlPolicy, check_network, check_url, forbidden
from app.rules.faults import Fault
from app.settings import Settings

LOOK_UP_SECONDS = 5
"""How long the name service may take while somebody waits for an answer."""

MOST_LOOK_UPS = 2
"""How many look-ups one vendor may have under way in this process: one that hangs occupies a thread of all vendors'."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the doors need of a deployment: which addresses it allows, how names are looked up, what seals secrets."""

    policy: UrlPolicy
    sealer: Sealer
    resolve: Resolver
    looking_up: Counter[uuid.UUID] = field(default_factory=Counter, init=False, compare=False)
    """How many look-ups each vendor has under way."""


def deployment(config: Settings) -> Deployment:
    """Read what the settings say of webhooks."""
    policy = UrlPolicy(frozenset(config.webhook_ports), http=config.webhook_http)
    return Deployment(policy, sealer(config), system_resolver())


@dataclass(frozen=True, slots=True)
class LookedUp:
    """An address that was read, and the addresses of its host; none where there are none."""

    destination: Destination
    addresses: tuple[str, ...]


async def look_up(by: Deployment, vendor_id: uuid.UUID, url: str) -> LookedUp:
    """Read an address and look its host up: outside of any transaction, since that may take its time.

    Raises LookUpTimedOut where nobody says in time, and TooManyLookUps where the vendor has too many under way.
    """
    destination = check_url(url, by.policy)
    if isinstance(destination, Fault):
        raise Invalid(destination.detail, faults=[destination])
    if by.looking_up[vendor_id] >= MOST_LOOK_UPS:
        raise TooManyLookUps(f"{MOST_LOOK_UPS} addresses of the vendor are being looked up.")
    by.looking_up[vendor_id] += 1
    asked = asyncio.ensure_future(by.resolve(destination.host, destination.port))
    asked.add_done_callback(lambda answered: _answered(by, vendor_id, answered))
    # Not ended with the waiting for it: the resolver's thread goes on, and is the vendor's until it has ended.
    done, _ = await asyncio.wait({asked}, timeout=LOOK_UP_SECONDS)
    if not done:
        raise LookUpTimedOut(f"The name service did not say within {LOOK_UP_SECONDS} seconds where the host is.")
    try:
        addresses = asked.result()
    except (OSError, UnicodeError) as error:
        if isinstance(error, TimeoutError) or getattr(error, "errno", None) == socket.EAI_AGAIN:
            raise LookUpTimedOut from error
        addresses = ()
    return LookedUp(destination, tuple(addresses))


def _answered(by: Deployment, vendor_id: uuid.UUID, asked: asyncio.Future[Sequence[str]]) -> None:
    """Give the place back, and take the answer: nobody may be waiting for it any more."""
    by.looking_up[vendor_id] -= 1
    if not by.looking_up[vendor_id]:
        del by.looking_up[vendor_id]
    if not asked.cancelled():
        asked.exception()


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

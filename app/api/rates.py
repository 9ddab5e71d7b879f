"""How often somebody may ask: requests a minute of each class, counted by this process in its own memory.

Whoever is known is counted by who they are, whatever tokens and sessions they use; whoever is not, by where they come
from. A request that is refused here is not counted, so that waiting always helps.
"""

import hashlib
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from app.api.peers import neighbourhood
from app.errors import TooManyRequests
from app.settings import Settings

_SWEEP_SECONDS = 60
_SLOT_BYTES = 2
"""Addresses and names are counted under so many bytes of a hash: strangers cannot fill the memory."""
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class RateClass(StrEnum):
    """What is counted apart."""

    READ = "read"
    WRITE = "write"
    HEAVY = "heavy"
    """What takes much longer than other requests: files, workbooks, trials, nights."""
    STRANGER = "stranger"
    """Requests whose token or session is no good, by address."""
    SIGN_IN_FROM = "sign-in from an address"
    SIGN_IN_AS = "sign-in under a name"


def heavy(endpoint: Endpoint) -> Endpoint:
    """Declare that a route counts as heavy."""
    endpoint.heavy = True  # type: ignore[attr-defined]
    return endpoint


def class_of(endpoint: Callable[..., Any], methods: set[str] | None) -> RateClass:
    """Tell what a route's requests count as, by what it declares and by its method."""
    if getattr(endpoint, "heavy", False) or getattr(endpoint, "raw_body", None):
        return RateClass.HEAVY
    return RateClass.READ if methods == {"GET"} else RateClass.WRITE


class _Counters(MemoryStorage):
    """The library's counters, dropped by the requests themselves when their time is over.

    The library sweeps from a thread, up to a hundred times a second; here that would cost more than the counting.
    """

    def __init__(self) -> None:
        super().__init__()
        self._swept = 0.0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()
        if now - self._swept >= _SWEEP_SECONDS:
            self._sweep(now)
        count = self.get(key) + amount
        self.storage[key] = count
        self.expirations.setdefault(key, now + expiry)
        return count

    def _sweep(self, now: float) -> None:
        self._swept = now
        for key in [key for key, expires in self.expirations.items() if expires <= now]:
            self.clear(key)


class Rates:
    """The counters of one application."""

    def __init__(self, config: Settings) -> None:
        """Count from nothing; a limit of 0 is none."""
        each = {
            RateClass.READ: config.reads_per_minute,
            RateClass.WRITE: config.writes_per_minute,
            RateClass.HEAVY: config.heavy_per_minute,
            RateClass.STRANGER: config.strangers_per_minute,
            RateClass.SIGN_IN_FROM: config.sign_ins_per_minute,
            RateClass.SIGN_IN_AS: config.sign_ins_per_minute,
        }
        self._limits = {kind: RateLimitItemPerMinute(most) for kind, most in each.items() if most}
        self._counters = _Counters()
        self._limiter = SlidingWindowCounterRateLimiter(self._counters)
        self._lock = threading.Lock()
        # Keyed, or somebody could look for a name that is counted under another's slot.
        self._key = secrets.token_bytes(16)

    def count(self, kind: RateClass, who: str) -> None:
        """Count one request; raises TooManyRequests, with the seconds after which the next one passes."""
        limit = self._limits.get(kind)
        if limit is None:
            return
        with self._lock:
            if self._limiter.hit(limit, kind, who):
                return
            held = self._counters.get_sliding_window(limit.key_for(kind, who), limit.get_expiry())
        detail = f"More than {limit.amount} requests a minute ({kind})."
        raise TooManyRequests(detail, retry_after=int(_until_one_less(*held, limit.get_expiry())) + 1)

    def count_stranger(self, kind: RateClass, said: str) -> None:
        """Count under what anybody can make up, such as a name or an address."""
        if kind in self._limits:
            self.count(kind, hashlib.blake2b(said.encode(), key=self._key, digest_size=_SLOT_BYTES).hexdigest())

    def kept(self) -> int:
        """Tell how many counters are held."""
        return len(self._counters.storage)


def _until_one_less(before: int, before_ends: float, now: int, now_ends: float, window: int) -> float:
    """Give the seconds until the windows, the one before weighed by how much of it is still in sight, hold one less.

    The library says the same but for a window's very first instant, in which it would have nobody wait.
    """
    if not before:
        return now_ends - window if now else 0
    step = window / before
    return before_ends % step or step


def check_known(request: Request, principal_id: uuid.UUID, kind: RateClass) -> None:
    """Count a request of somebody who is known."""
    _rates(request).count(kind, principal_id.hex)


def check_stranger(request: Request) -> None:
    """Count a request that says who is calling and is not believed, or does not say it."""
    _rates(request).count_stranger(RateClass.STRANGER, _from(request))


def check_sign_in(request: Request, name: str) -> None:
    """Count an attempt to sign in, before the password is looked at: by where it comes from, then by whose name."""
    _rates(request).count_stranger(RateClass.SIGN_IN_FROM, _from(request))
    _rates(request).count_stranger(RateClass.SIGN_IN_AS, name.strip().casefold())


def _from(request: Request) -> str:
    return neighbourhood(request)


def _rates(request: Request) -> Rates:
    rates: Rates = request.app.state.rates
    return rates

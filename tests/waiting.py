"""Waits for what other threads and processes bring about; every wait ends."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 120


def wait_until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "what is waited for does not come about"
        time.sleep(0.01)

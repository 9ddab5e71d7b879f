"""How large a test is: in full in `make proof`, a telling part of it in `make test`."""

import os

PROOF = os.environ.get("KAOHE_PROOF", "")
"""Where `make proof` collects the figures; empty in `make test`."""


def sized(full: int, part: int) -> int:
    """Give the full size in `make proof`, a part of it in `make test`."""
    return full if PROOF else part

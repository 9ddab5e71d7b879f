"""Whose door this is: the company that a vendor's token belongs to, as every query of the portal requires it."""

import uuid

from app.errors import NotFound
from app.features.access.caller import Caller


def company(who: Caller) -> uuid.UUID:
    """Give the vendor that a caller acts for."""
    if who.vendor_id is None:
        raise NotFound
    return who.vendor_id

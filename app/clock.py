"""The only reader of time: business dates in Asia/Shanghai, instants in UTC."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Give the present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Give the present business date; a day ends at 24:00 in Shanghai."""
    return now().astimezone(BUSINESS_ZONE).date()

"""The only reader of time: business dates in Asia/Shanghai, instants in UTC."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Give the present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Give the present business date; a day ends at 24:00 in Shanghai."""
    return business_date(now())


def midnight(day: date) -> datetime:
    """Give the instant at which a business date begins."""
    return datetime.combine(day, time(), BUSINESS_ZONE)


def business_date(instant: datetime) -> date:
    """Give the business date of an instant."""
    return instant.astimezone(BUSINESS_ZONE).date()

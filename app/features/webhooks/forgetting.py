"""Forgets the events that nobody can read any more, with their deliveries and every attempt."""

from datetime import date

from sqlalchemy import delete
from sqlmodel import Session, col

from app import clock
from app.features.events.queries import READABLE
from app.features.webhooks import delivery_queries as queries
from app.models import Event, WebhookAttempt, WebhookDelivery


def forget(session: Session, as_of: date) -> None:
    """Delete what is older on a business date than an event is readable; what was still pending is not sent."""
    before = clock.midnight(as_of) - READABLE
    session.execute(delete(WebhookAttempt).where(col(WebhookAttempt.id).in_(queries.old_attempts(before))))
    session.execute(delete(WebhookDelivery).where(col(WebhookDelivery.id).in_(queries.old_deliveries(before))))
    session.execute(delete(Event).where(col(Event.id).in_(queries.old_events(before))))

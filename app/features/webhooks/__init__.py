"""Webhooks: endpoints of vendors' own systems, and the delivery of events to them."""

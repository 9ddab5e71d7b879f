"""Webhooks: the vendor's endpoints, and the delivery of events to them."""

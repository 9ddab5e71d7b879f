"""Retried requests: one key, one effect, one answer."""

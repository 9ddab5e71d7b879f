"""Verifiers of webhooks in fifteen lines, in Python and in JavaScript, with nothing but the standard library."""

"""Settlements, payments, payouts and the ledger that they post to."""

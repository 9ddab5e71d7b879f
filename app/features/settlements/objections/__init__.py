"""Objections (异议) of vendors to lines of settlements and to payouts, before these are paid."""

"""Decisions on open shares: what a person decides where a clause about money says that a person does."""

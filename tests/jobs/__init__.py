"""Nightly jobs and the clock."""

"""Tests of the house itself: requirements, targets, import rules and migrations."""

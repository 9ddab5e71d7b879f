"""Dated, named, reversible migrations."""

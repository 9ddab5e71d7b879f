"""The clock: it only says when."""

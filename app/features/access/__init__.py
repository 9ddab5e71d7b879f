"""Who may come in: principals, their service centers, their tokens."""

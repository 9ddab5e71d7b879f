"""The working-day calendar: the State Council's notices, as far as they reach."""

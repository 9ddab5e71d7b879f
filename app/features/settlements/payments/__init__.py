"""What was paid: recorded, voided, matched with a file, and flagged where it is behind."""

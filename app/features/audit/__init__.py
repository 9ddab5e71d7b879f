"""The audit: who did what to which rows, in a chain that nobody changes unseen."""

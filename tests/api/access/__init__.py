"""Every operation, asked by everybody about what is theirs and what is not, against one table of statuses."""

"""Messages that reach people: a digest a night, reminders, and by which channels."""

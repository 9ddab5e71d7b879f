"""Messages that reach people."""

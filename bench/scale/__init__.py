"""What docs/scale.md says of a large record, run: sizes, partitions, a replica, several processes, SQLite's limits."""

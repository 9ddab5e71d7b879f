"""Backup and restore: one file that holds every row, readable by either database."""

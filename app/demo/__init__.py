"""The reports as data files, loaded through the services like anybody's records."""

"""The parties: service centers, sites, counters, vendors, issue types."""

"""投诉线索: complaints and bad reviews from other systems, matched, grouped by incident and proposed as findings."""

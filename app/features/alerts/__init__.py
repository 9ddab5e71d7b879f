"""The register of alerts: open, update, resolve, by key; what is alarming is known by the feature it concerns."""

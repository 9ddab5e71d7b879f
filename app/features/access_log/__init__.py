"""Who saw what: collected beside the requests, written in batches, digested into the audit every night."""

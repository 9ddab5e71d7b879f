"""The audit: chains, exports, heads outside of the database."""

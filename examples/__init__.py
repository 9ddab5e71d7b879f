"""What a vendor may start from: programs of their own that import nothing of the service."""

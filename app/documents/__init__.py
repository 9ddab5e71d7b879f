"""Files for people and from people: bytes to rows and rows to bytes, without a database."""

"""Which index every statement of a request or a night is answered by, and how many statements there are."""

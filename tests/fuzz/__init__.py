"""What the OpenAPI document says, taken at its word: its examples, and requests that a machine makes of it."""

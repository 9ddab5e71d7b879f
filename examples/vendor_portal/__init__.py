"""A vendor's own portal in small: it receives Kaohe's webhooks, and answers through Kaohe's API."""

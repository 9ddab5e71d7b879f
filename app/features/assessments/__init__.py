"""Monthly assessments: findings, results, notices, and what the nights find in them."""

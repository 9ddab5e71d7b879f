"""Budgets (预算): lines of a project and year, adjustments, what was spent, and what of it for another purpose."""

"""预算: lines by project and year, what was added and spent, and for which purpose."""

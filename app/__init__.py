"""Kaohe 考核: monthly assessments of the vendors that staff a government service centre, and what follows from them."""

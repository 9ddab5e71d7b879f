"""绩效评价: the project's yearly indicator table, computed from what is on record, checked, handed over in its form."""

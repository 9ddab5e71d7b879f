"""The yearly evaluation (绩效评价): figures as printed, indicators and their scores, what follows from what, checks."""

"""What leaves a fund: payouts by their clauses, chosen readings, releases of the holdback."""

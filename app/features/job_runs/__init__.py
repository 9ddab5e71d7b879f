"""One row for every nightly job and business date, and the alert when one was missed."""

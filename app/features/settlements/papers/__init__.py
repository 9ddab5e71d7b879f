"""What is handed out on paper: the dossier of a settlement, the statement of a year."""

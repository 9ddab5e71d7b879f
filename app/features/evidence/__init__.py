"""Evidence: files that vendors hand in, checked by their bytes and kept while anything refers to them."""

"""The doors: thin routes that take a request apart, call one function of a feature, and put its answer together."""

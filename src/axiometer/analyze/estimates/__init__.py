"""One module per table of estimates (the ranking has a package of its own)."""

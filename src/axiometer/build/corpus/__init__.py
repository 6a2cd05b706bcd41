"""From raw texts to a corpus of value rules: ingest, screen, write, refine, filter, classify, label, dedup, release."""

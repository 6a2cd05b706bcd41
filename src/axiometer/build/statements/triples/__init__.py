"""Statements in, triples and items out: question, statement, constructed reverse, and what would give one away."""

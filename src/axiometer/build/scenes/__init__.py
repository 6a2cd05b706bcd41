"""A framework, and if wanted rules, to scenes: for each value, written by a model with and without a rule before it."""

"""Asking a model about a row: prompts with the row as delimited material, and answers read whatever their dress."""

"""Preference data from items, tuning on them, and what tuning moved."""

"""The explorer: what is in a folder, runs and models side by side, and every item with what was said of it."""

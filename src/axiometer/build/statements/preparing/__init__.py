"""Texts of nations made ready: whose they are, in which language, and which of them copy another."""

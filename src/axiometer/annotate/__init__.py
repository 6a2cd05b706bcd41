"""Labels by people: sheets that they fill in, and what comes back from them."""

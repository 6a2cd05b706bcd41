"""The ranking of values: the model of choices, its strengths, ranks and tiers, and what its design can tell."""

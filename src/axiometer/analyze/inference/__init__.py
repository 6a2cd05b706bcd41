"""From effects of groups and resamples of sources to standard errors, intervals and p-values."""

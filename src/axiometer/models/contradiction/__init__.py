"""Models that say whether two rules contradict each other: word lists, cross-encoders, and a chat model's word."""

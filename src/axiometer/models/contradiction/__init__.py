"""Models that say whether two rules contradict each other: by word lists, by a cross-encoder, by a chat model's word."""

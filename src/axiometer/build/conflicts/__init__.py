"""Rules to pairs that conflict: candidates by similarity, contradiction scores, and which pairs are kept."""

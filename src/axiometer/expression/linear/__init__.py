"""The classifier that is built in: one logistic regression per value and part (encoder, characters, words), fused.

Parts are fitted apart (`training`), their logits are summed in units of their own spread (`fusion`), the sum is made a
probability by a line per value (Platt 1999) on predictions of texts that the parts had not seen, and thresholds are
those that make the expected micro- and macro-F1 greatest together under these probabilities (`thresholds`).
"""

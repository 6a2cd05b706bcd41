"""How a text stands to a value that it expresses: it endorses it, opposes it, or only mentions it.

Rules see words that people judge, demand, forbid, belittle and report with (`cues.yaml`, zh and en); a small head,
fitted to sentences written for this project, weighs them beside the encoder's vector (`head`). It is not told which
value a sentence is about, and what is said of its accuracy comes from values that it was not fitted to (`fitting`).
N-grams add nothing to the two (measured), and are not in it.
"""

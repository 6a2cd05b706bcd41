"""What a run on the starter news recovered of what is planted there, step by step: precision and recall against truth.

`truth` finds the planted text of every row, `recovering` counts, `table` holds and writes what was counted.
"""

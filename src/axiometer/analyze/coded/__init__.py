"""Items and answers as arrays, and what they add up to: the input of every estimate."""

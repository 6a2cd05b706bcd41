"""Items whose map was not published: which option fits which rule, with the probability that the answer is right."""

"""How alike texts are: embeddings with a cache, and the exact blocked kernel of cosine similarities."""

"""News to statements, and statements to items: what a nation's texts hold to be good, right or wanted."""

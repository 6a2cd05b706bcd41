"""Pages of an annotation project: for its raters, and for whoever keeps it."""

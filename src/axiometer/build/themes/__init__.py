"""Two named rule sets and themes to items: rules of one set matched with rules of the other, theme by theme."""

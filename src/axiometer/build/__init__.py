"""From texts to rules, and from rules to items."""

"""One text, from its first word to its correction."""

"""The kernel keeps its promises whatever stands on it."""

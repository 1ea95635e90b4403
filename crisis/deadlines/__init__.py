"""Deadlines: what must have happened by a time, and what is done when it has not."""

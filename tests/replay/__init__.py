"""Replay: whole stories, and files that nobody should play."""

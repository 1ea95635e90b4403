"""Replay: a written crisis is played through the same commands, by the people it names."""

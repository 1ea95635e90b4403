"""The simulator: a carrier that reports in its own time, and people who play with it."""

"""Incidents: reported, watched, opened, run, stood down and closed."""

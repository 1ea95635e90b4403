"""Incidents, from a report to closing."""

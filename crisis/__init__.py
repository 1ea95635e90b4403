"""Nasaq (نسق): one voice for a government in a crisis."""

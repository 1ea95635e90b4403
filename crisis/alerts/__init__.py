"""Alerts: who must be told what; so far, telling colleagues what waits for them."""

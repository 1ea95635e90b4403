"""The war room: one page, live, for everybody who works on an incident; and the dashboard."""

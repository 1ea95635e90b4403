"""The plainest applications that do the same, to measure Nasaq against."""

"""What Nasaq costs, measured beside the plainest thing that does the same."""

"""What the war room shows."""

"""What the public may read: every text that was released, as it was released."""

"""What only a real browser can prove."""

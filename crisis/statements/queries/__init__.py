"""What people are shown of statements: who writes one, who signs one, who watches it."""

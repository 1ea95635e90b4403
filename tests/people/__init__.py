"""Who belongs to the office, and who says so."""

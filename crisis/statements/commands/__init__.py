"""Everything that changes a statement."""

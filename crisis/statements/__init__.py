"""One text, and everybody who must stand behind it: what is said, checked, approved, released."""

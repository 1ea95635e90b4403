"""How people prove who they are, and take it back."""

"""How a person proves who they are, for how long, and how they take that back."""

"""The proof of what Nasaq promises."""

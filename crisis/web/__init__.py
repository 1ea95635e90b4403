"""The HTTP door: who asks, what they sent, how a refusal looks, and what protects the page."""

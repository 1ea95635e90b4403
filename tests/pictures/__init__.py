"""Pictures of the style guide, compared with those that somebody looked at and committed."""

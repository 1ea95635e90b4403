"""Every page as it is looked at: by eyes and ears, by slow lines, by checkers of HTML."""

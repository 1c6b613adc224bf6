"""The built-in networks, and the way to name one's own."""

"""The declared training: its options, and the places that they come from."""

"""Two runs side by side: what differs between them, and whether their results do."""

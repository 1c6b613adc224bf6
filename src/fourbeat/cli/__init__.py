"""The command line: one module a verb; each parses, calls a room below, and prints."""

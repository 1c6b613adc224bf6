"""Runs a user's script in this process as if by `python`."""

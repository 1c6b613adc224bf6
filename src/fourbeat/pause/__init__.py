"""Stops a training just before an update, with a debugger in the script's own frame."""

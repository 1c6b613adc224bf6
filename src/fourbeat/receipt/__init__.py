"""The record of what was trained on what, how, and with which result."""

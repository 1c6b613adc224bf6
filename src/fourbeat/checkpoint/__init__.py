"""What a resume needs, written whole or not at all, and never trusted unread."""

"""report.html: a run's receipt as a page for people."""

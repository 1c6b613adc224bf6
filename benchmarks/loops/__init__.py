"""The lessons' workloads, and the ways of training them that are timed against each other."""

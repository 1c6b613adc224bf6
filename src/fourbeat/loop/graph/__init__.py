"""The compiled step: forward, loss, backward, clipping and update as one graph, several steps a call."""

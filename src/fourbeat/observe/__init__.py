"""PyTorch's events as one stream: forward, loss, backward, clear, clip, unscale, update, schedule."""

"""Silent bugs in any PyTorch script: one file a rule."""

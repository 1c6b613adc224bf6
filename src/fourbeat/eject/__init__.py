"""A run as one readable script of plain PyTorch that trains to the same bits."""

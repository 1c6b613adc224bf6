"""Rows and what they mean: sources, schema, splits, tensors, loaders."""

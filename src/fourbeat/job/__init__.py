"""A declared training, from its configuration to a sealed run, and the model that it leaves."""

"""What is wrong with the data and not with the model: one file for each thing that is looked for."""

"""What a table's rows are to be predicted as: a class, a quantity, or several labels."""

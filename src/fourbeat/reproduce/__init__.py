"""A step again, a run again: to the same bits, or with the first difference named."""

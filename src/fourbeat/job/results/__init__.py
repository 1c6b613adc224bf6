"""What a declared training ends with: figures with intervals, decision, kept answers, baselines."""

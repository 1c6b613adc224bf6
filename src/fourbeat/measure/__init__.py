"""What answers are worth: metrics, calibration, intervals, thresholds, in NumPy's float64 alone."""

"""The loop's own pieces: Run, Step, Epoch, validation, selection, schedule."""

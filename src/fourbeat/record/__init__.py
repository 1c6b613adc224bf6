"""The flight recorder: step history, fingerprints, snapshots, and the governor of what they cost."""

"""Cheap checks that every run makes of itself in its first steps.

They read what a run tells anyhow, and rest from then on. `fourbeat check` sees far more of a script.
"""

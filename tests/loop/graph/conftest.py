"""What tests of compiled steps share."""

import pytest


@pytest.fixture(autouse=True)
def two_steps_a_call(monkeypatch):
    """Enough for all that matters, and sooner compiled."""
    monkeypatch.setattr("fourbeat.loop.graph.passes.steps_for", lambda _: 2)

"""Snapshots: dense lately, sparse long ago."""

from hypothesis import given
from hypothesis import strategies as st

from fourbeat.record.snapshots import RECENT, spaced


@given(st.lists(st.integers(1, 50), min_size=1, max_size=200))
def test_the_recent_stay_and_the_old_thin_out(gaps):
    steps, kept, now = [], [], 0
    for gap in gaps:
        now += gap
        steps.append(now)
        kept = sorted(spaced([*kept, now]))
    assert kept[-RECENT:] == steps[-RECENT:]
    assert kept[0] == steps[0]
    assert len(kept) <= RECENT + (steps[-1] - steps[0]).bit_length() + 1

"""The clock of the speed benchmark on a GPU, with a device that is simulated: it needs none."""

import io
import sys
from pathlib import Path
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

with patch.object(sys, "path", [str(Path(__file__).parents[2] / "benchmarks"), *sys.path]):
    from loops import gpu, turns


class Device:
    """A device behind its host: the host asks for a step in 1 second, and it works 3 seconds on each."""

    def __init__(self):
        self.host = self.done = 0.0
        self.watches: list[tuple[float, float]] = []

    def ask(self):
        self.host += 1
        self.done = max(self.done, self.host) + 3

    def perf_counter(self):
        return self.host

    def wait(self):
        self.host = max(self.host, self.done)

    def watch(self):
        self.host += 50  # a profiler that is slow to begin
        self.began = self.host

    def watched(self, seconds):
        self.watches.append((self.host - self.began, seconds))


def train(device, passes, steps, block, *, waited_for=True, each=True):
    """The seconds of a step that a contender tells of, by block; told of steps singly or by the pass."""
    told = []
    with patch.object(sys, "stdout", io.StringIO()), patch.object(turns, "time", device):
        clock = turns.Turns(block, passes * steps, device if waited_for else None)
        clock.tell = lambda seconds: told.append(seconds)
        clock.wait = lambda: setattr(device, "host", device.host + 1000)  # the others' turn
        for _ in range(passes):
            clock.starts()
            for _ in range(steps):
                device.ask()
                if each:
                    clock.step()
            if not each:
                clock.step(steps)
            clock.ends()
            device.host += 100  # what comes between passes is no training
    return told


def test_a_block_takes_as_long_as_the_device_works_on_it():
    assert train(Device(), 1, 100, 10) == [3.1] * 9
    assert train(Device(), 1, 100, 10, waited_for=False) == [1] * 10  # the host alone


def test_a_block_over_two_passes_leaves_out_what_is_between_them():
    assert train(Device(), 3, 20, 15) == [46 / 15, 47 / 15, 47 / 15]


@given(st.integers(1, 5), st.integers(1, 40), st.integers(1, 30))
def test_the_last_whole_block_is_watched_and_not_told_of(passes, steps, block):
    device = Device()
    told = train(device, passes, steps, block)
    whole = passes * steps // block
    assert len(told) == (whole - 1 if whole > 1 else whole)
    assert bool(device.watches) == (whole > 0)
    for window, seconds in device.watches:
        assert window == seconds  # nothing else was seen: no other's turn, nothing between passes
    if whole > 1:
        in_last_pass = min(steps, passes * steps - len(told) * block)
        assert device.watches[-1][1] == 1 + 3 * in_last_pass


def test_who_tells_of_whole_passes_has_the_last_pass_watched():
    device = Device()
    assert train(device, 3, 20, 5, each=False) == [61 / 20] * 2
    assert device.watches[-1] == (61, 61)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=12))
def test_a_union_of_intervals_is_as_long_as_the_seconds_in_any_of_them(spans):
    seconds = {second for start, length in spans for second in range(start, start + length)}
    assert gpu.covered((start, start + length) for start, length in spans) == len(seconds)

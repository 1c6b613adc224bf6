"""A GPU beside a clock: the host runs ahead of it, so it is waited for, and its kernels are looked at."""

from collections.abc import Iterable

import torch
from torch.profiler import ProfilerActivity, profile


def covered(intervals: Iterable[tuple[float, float]]) -> float:
    """The length of the union of intervals (start, end): where several overlap it counts once."""
    length, reached = 0.0, float("-inf")
    for start, end in sorted(intervals):
        length += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return length


class Gpu:
    """The GPU that torch trains on, as this process sees it.

    Attributes:
        busy: the share of the time last watched in which it ran a kernel (copies of memory are none);
            None before, and where the profiler saw no kernel at all.
    """

    def __init__(self) -> None:
        self._profile: profile | None = None
        self.busy: float | None = None

    def wait(self) -> None:
        """Until it has done all that it was given."""
        torch.cuda.synchronize()

    def watch(self) -> None:
        """Look at its kernels from here on; not at the host, which that would slow down."""
        self._profile = profile(activities=[ProfilerActivity.CUDA])
        self._profile.start()

    def watched(self, seconds: float) -> None:
        """Look no longer; what was to be seen took so long on the host's clock."""
        assert self._profile is not None
        self._profile.stop()
        found = [one.time_range for one in self._profile.events() if one.activity_type == "kernel"]
        self._profile = None
        if found and seconds:
            self.busy = covered((span.start, span.end) for span in found) / 1e6 / seconds

    def megabytes(self) -> float:
        """The largest memory that torch's tensors took on it, in MiB."""
        return torch.cuda.max_memory_allocated() / 2**20

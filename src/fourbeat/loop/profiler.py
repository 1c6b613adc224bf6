"""Where the time of a few steps goes, by torch.profiler."""

import logging
from pathlib import Path

import torch
from torch.profiler import ProfilerActivity, profile, schedule

log = logging.getLogger("fourbeat")

SKIPPED = 2
"""Steps before the first that is looked at: they allocate and warm up."""

TRACE = "trace.json"

ROWS = 12
"""Operations in the table."""


class StepProfiler:
    """Looks at a number of steps, once; then prints a table and writes a trace.

    Args:
        steps: how many, after the first two of the first pass.
        directory: where `trace.json` goes, for chrome://tracing or Perfetto.
    """

    def __init__(self, steps: int, directory: Path):
        if steps < 0:
            raise ValueError(f"profile must not be below 0, got {steps}")
        self.left = steps + SKIPPED
        self._path = directory / TRACE
        activities = [ProfilerActivity.CPU]
        if torch.cuda.is_available():
            activities.append(ProfilerActivity.CUDA)
        self._profile = profile(
            activities=activities,
            schedule=schedule(wait=SKIPPED - 1, warmup=1, active=steps, repeat=1),
            on_trace_ready=self._ready,
        )

    def start(self) -> None:
        """Begin with the next step."""
        if self.left > 0:
            self._profile.start()

    def step(self) -> None:
        """Count a step."""
        if self.left > 0:
            self._profile.step()
            self.left -= 1
            if self.left == 0:
                self._profile.stop()

    def stop(self) -> None:
        """End early: the pass had fewer steps."""
        if self.left > 0:
            log.warning("the pass ended %d steps before the profile was complete", self.left)
            self.left = 0
            self._profile.stop()

    def _ready(self, found: "profile") -> None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        order = f"self_{device}_time_total"
        log.info("%s", found.key_averages().table(sort_by=order, row_limit=ROWS))
        found.export_chrome_trace(str(self._path))
        log.info("trace    %s", self._path)

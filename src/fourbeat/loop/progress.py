"""A progress line on a terminal, drawn by time and not by step."""

import sys
import time
from typing import Any

REDRAW = 0.2  # seconds


class Progress:
    """Shows epoch, position, samples a second and the last validation; silent elsewhere."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.task: Any = None
        self.drawn = 0.0
        self.began = 0.0
        self.examples = 0

    def open(self, epochs: int, done: int) -> None:
        """Begin, if stderr is a terminal."""
        if self.bar is not None or not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self.bar = Bar(
            TextColumn("epoch {task.completed:.0f}/{task.total}"),
            BarColumn(),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[last]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            auto_refresh=False,
        )
        self.task = self.bar.add_task("", total=epochs, completed=done, rate="", last="")
        self.bar.start()
        self.began = time.monotonic()

    def step(self, examples: int) -> None:
        """Count a step."""
        if self.bar is None:
            return
        self.examples += examples
        now = time.monotonic()
        if now - self.drawn >= REDRAW:
            rate = f"{self.examples / max(now - self.began, 1e-9):,.0f} samples/s"
            self.bar.update(self.task, rate=rate, refresh=True)
            self.drawn = now

    def epoch(self, number: int, values: dict[str, float], lr: float) -> None:
        """Show a closed epoch."""
        if self.bar is not None:
            shown = " ".join(f"{name} {value:.4f}" for name, value in values.items())
            self.bar.update(self.task, completed=number, last=f"{shown} lr {lr:.2e}", refresh=True)

    def close(self) -> None:
        """End, and clear the line."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None

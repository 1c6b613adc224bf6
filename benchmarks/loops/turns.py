"""The protocol of a contender's process: it trains a block when told, and says how long that took."""

import json
import sys
import time
from collections.abc import Callable

from torch import Tensor


class Turns:
    """Blocks of steps that a parent process asks for, one by one.

    A contender calls `starts` before each pass over the training data, `step` after each step, and
    `ends` after the pass. Time counts from the parent's word on, and stands still between passes.

    Args:
        block: steps in a block.

    Attributes:
        waited: told the seconds that other contenders took.
    """

    def __init__(self, block: int):
        self._block = block
        self._steps = 0
        self._took = 0.0
        self._began = 0.0
        self.waited: Callable[[float], None] = lambda _: None
        self._out = sys.stdout
        sys.stdout = sys.stderr  # what a contender prints is not part of the protocol

    def tell(self, **said: object) -> None:
        """Say something to the parent."""
        print(json.dumps(said), file=self._out, flush=True)

    def wait(self) -> None:
        """Wait for the parent's word."""
        if sys.stdin.readline().strip() != "go":
            raise SystemExit(0)

    def starts(self) -> None:
        """A pass over the training data begins."""
        self._began = time.perf_counter()

    def step(self, count: int = 1) -> None:
        """Steps were done."""
        self._steps += count
        if self._steps >= self._block:
            self._took += time.perf_counter() - self._began
            self.tell(seconds=self._took / self._steps)
            self._steps, self._took = 0, 0.0
            start = time.perf_counter()
            self.wait()
            self._began = time.perf_counter()
            self.waited(self._began - start)

    def ends(self) -> None:
        """The pass is over; what comes until the next one is no training."""
        if self._steps:
            self._took += time.perf_counter() - self._began


def accuracy(logits: Callable[[Tensor], Tensor], x: Tensor, y: Tensor) -> float:
    """The share of rows that are classified rightly."""
    return float((logits(x).argmax(1) == y).double().mean())

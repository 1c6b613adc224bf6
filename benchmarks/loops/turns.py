"""The protocol of a contender's process: it trains a block when told, and says how long that took."""

import json
import sys
import time
from collections.abc import Callable

from torch import Tensor

from loops.gpu import Gpu


class Turns:
    """Blocks of steps that a parent process asks for, one by one.

    A contender calls `starts` before each pass over the training data, `step` after each step, and
    `ends` after the pass. Time counts from the parent's word on, and stands still between passes.

    A GPU is waited for wherever the clock is read, and nowhere else. Its last block is not told of: it
    is the one whose kernels are looked at, which takes time of its own.

    Args:
        block: steps in a block.
        steps: in the whole training.
        gpu: None on a CPU.

    Attributes:
        waited: told the seconds that other contenders took.
        gpu: as given; who trains on it without torch puts None.
    """

    def __init__(self, block: int, steps: int, gpu: Gpu | None = None):
        self._block = block
        self._left = steps
        self._last = False
        self._steps = 0
        self._took = 0.0
        self._began = 0.0
        self.waited: Callable[[float], None] = lambda _: None
        self.gpu = gpu
        self._out = sys.stdout
        sys.stdout = sys.stderr  # what a contender prints is not part of the protocol

    def tell(self, **said: object) -> None:
        """Say something to the parent."""
        print(json.dumps(said), file=self._out, flush=True)

    def wait(self) -> None:
        """Wait for the parent's word."""
        if sys.stdin.readline().strip() != "go":
            raise SystemExit(0)

    def now(self) -> float:
        """The time, once all that was begun is done."""
        if self.gpu is not None:
            self.gpu.wait()
        return time.perf_counter()

    def starts(self) -> None:
        """A pass over the training data begins."""
        if self.gpu is not None and self._last:
            self._steps, self._took = 0, 0.0
            self.gpu.watch()
        self._began = self.now()

    def step(self, count: int = 1) -> None:
        """Steps were done."""
        self._steps += count
        if self._steps >= self._block and not self._last:
            self._took += self.now() - self._began
            self.tell(seconds=self._took / self._steps)
            self._left -= self._steps
            self._last = self.gpu is not None and self._left < 2 * self._steps
            self._steps, self._took = 0, 0.0
            start = time.perf_counter()
            self.wait()
            if self.gpu is not None and self._last:
                self.gpu.watch()
            self._began = time.perf_counter()
            self.waited(self._began - start)

    def ends(self) -> None:
        """The pass is over; what comes until the next one is no training."""
        if self._steps:
            self._took += self.now() - self._began
        if self.gpu is not None and self._last:
            self.gpu.watched(self._took)


def accuracy(logits: Callable[[Tensor], Tensor], x: Tensor, y: Tensor) -> float:
    """The share of rows that are classified rightly."""
    return float((logits(x).argmax(1) == y).double().mean())

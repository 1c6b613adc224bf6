"""The random numbers of a run: torch's, NumPy's, Python's, and those of the user's own loaders."""

from typing import Any

import torch

from fourbeat.checkpoint import rng
from fourbeat.loop.position import generators_of


class Generators:
    """Keeps an eye on every generator that a training draws from.

    Attributes:
        resumed: where the generators stood in the checkpoint that is gone on from, until the loop
            has reached that place.
    """

    def __init__(self) -> None:
        self.resumed: rng.State | None = None
        self.own: list[torch.Generator] = []
        self.waiting: list[list[Any]] = []
        self.closed: rng.State | None = None

    def resume(self, state: rng.State) -> None:
        """Go on from a checkpoint; the loaders' own generators are set as the loaders come."""
        self.resumed = state
        self.waiting = list(state["generators"])

    def adopt(self, loader: Any) -> None:
        """Count a training loader's own generators in; after a resume, set them."""
        for generator in generators_of(loader):
            if all(generator is not known for known in self.own):
                entry = rng.claim(self.waiting, generator)
                if entry is not None:
                    generator.set_state(entry[1])
                self.own.append(generator)

    def capture(self) -> rng.State:
        """Where they stand, those included whose loader has not come again since the resume."""
        state = rng.capture(self.own)
        state["generators"] += self.waiting
        return state

    def restore(self, state: rng.State) -> None:
        """Put them back."""
        rng.restore(state, self.own)

    def at_close(self) -> rng.State:
        """Where they stand at the end of an epoch."""
        self.closed = self.capture()
        return self.closed

    def moved_since_close(self) -> bool:
        """Whether somebody drew between the end of one epoch and the beginning of the next."""
        closed, self.closed = self.closed, None
        return closed is not None and not rng.same(closed, self.capture())

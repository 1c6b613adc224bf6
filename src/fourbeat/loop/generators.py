"""The random numbers of a run: torch's, NumPy's, Python's, and those of the user's own loaders."""

import weakref
from typing import Any

import torch

from fourbeat.checkpoint import rng
from fourbeat.loop.position import generators_of

Entry = list[Any]
"""A generator's seed and state."""


class Generators:
    """Keeps an eye on every generator that a training draws from.

    A loader's own generators have no name. Those of the pass under way are known by their place
    in the loader. The others, of loaders that will come again, are known by their seed; unless
    loaders are made anew, with the same seed, for each pass: then each begins where it was made.

    Attributes:
        resumed: where the generators stood in the checkpoint that is gone on from, until the loop
            has reached that place.
        fresh: whether loaders were seen to be made anew.
    """

    def __init__(self) -> None:
        self.resumed: rng.State | None = None
        self.fresh = False
        self._own: list[tuple[weakref.ref[torch.Generator], int]] = []
        self._current: list[torch.Generator] = []
        self._waiting: list[Entry] = []
        self._closed: tuple[rng.State, list[tuple[weakref.ref[torch.Generator], Any]]] | None = None

    def resume(self, state: rng.State) -> None:
        """Go on from a checkpoint; the loaders' own generators are set as the loaders come."""
        self.resumed = state
        self.fresh = state["fresh"]
        self._waiting = list(state["others"])

    def adopt(self, loader: Any, *, within: bool, done: bool) -> tuple[bool, list[str]]:
        """Begin a pass over a loader.

        Args:
            loader: whose own generators count from here on.
            within: whether the checkpoint was written in this pass, and holds them by place.
            done: whether the pass was completed before the checkpoint; `restore` will set them.
                Else they are set to where they stood when the loader was last gone through.

        Returns:
            Whether a resume from the end of the last epoch would not expect this loader, and what
            no resume can repeat, in words.
        """
        limits: list[str] = []
        unexpected = False
        self._current = generators_of(loader)
        for generator in self._current:
            if any(known() is generator for known, _ in self._own):
                continue
            seed = generator.initial_seed()
            alike = [known for known, other in self._own if other == seed]
            unexpected |= bool(alike)
            self.fresh |= any(known() is None for known in alike)
            entries = [] if within else [one for one in self._waiting if one[0] == seed]
            if entries and not done and not self.fresh:
                generator.set_state(entries[0][1])
            if alike or len({rng.digest({"": state}) for _, state in entries}) > 1:
                limits.append(SAME_SEED)
            if entries:
                self._waiting = [entry for entry in self._waiting if entry is not entries[0]]
            self._own.append((weakref.ref(generator), seed))
        return unexpected, limits

    def place(self, state: rng.State) -> None:
        """Set the own generators of the pass under way, and no other."""
        for generator, own in zip(self._current, state["generators"], strict=False):
            generator.set_state(own)

    def leave(self) -> None:
        """End a pass."""
        self._current = []

    def capture(self) -> rng.State:
        """Where they stand, those included whose loader has not come again since the resume."""
        state = rng.capture(self._current)
        state["others"] = [entry(g) for g in self._others()] + self._waiting
        state["fresh"] = self.fresh
        return state

    def _others(self) -> list[torch.Generator]:
        alive = [generator for known, _ in self._own if (generator := known()) is not None]
        return [g for g in alive if all(g is not current for current in self._current)]

    def restore(self, state: rng.State) -> None:
        """Put them back; of the loaders' own, those of the pass under way."""
        rng.restore(state, self._current)

    def at_close(self) -> rng.State:
        """Where they stand at the end of an epoch."""
        state = self.capture()
        self._closed = state, [(weakref.ref(g), g.get_state()) for g in self._others()]
        return state

    def moved_since_close(self) -> bool:
        """Whether somebody drew between the end of one epoch and the beginning of the next."""
        if self._closed is None:
            return False
        (before, own), self._closed = self._closed, None
        if not rng.same(before, rng.capture()):
            return True
        pairs = [(known(), state) for known, state in own]
        return any(g is not None and not torch.equal(g.get_state(), state) for g, state in pairs)


def entry(generator: torch.Generator) -> Entry:
    """A generator as a checkpoint holds it."""
    return [generator.initial_seed(), generator.get_state()]


SAME_SEED = (
    "Several training loaders, or one made anew for each epoch, have generators of their own with "
    "one and the same seed: a resume from the end of an epoch may take one for another. Give each "
    "a seed of its own."
)

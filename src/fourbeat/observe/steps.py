"""Which updates of a script make one step."""

from collections.abc import Iterable
from typing import Any, cast
from weakref import WeakKeyDictionary, WeakSet

from torch import Tensor
from torch.optim import Optimizer

_PATIENCE = 100
"""Steps after which an optimizer that never stepped is not waited for."""


class Steps:
    """Updates in groups: in a step no parameter is updated twice.

    A GAN's two updates are one step, its critic's five are five. A step is over when every optimizer
    that ever stepped has, or when a loss reaches none of those that have not, or when one steps again.

    Args:
        foreign: optimizers that are no business of the script's own.

    Attributes:
        made: optimizers that exist.
        updates: begun by now.
        version: grows with each optimizer that comes, and with each new group of parameters.
        number: of the open step, from 0.
        examples: rows seen for it.
    """

    def __init__(self, foreign: WeakSet[Optimizer]) -> None:
        self._foreign = foreign
        self._seen: WeakKeyDictionary[Optimizer, tuple[int, int]] = WeakKeyDictionary()
        self.updates = 0
        self.version = 0
        self.made: WeakSet[Optimizer] = WeakSet()
        self.number = 0
        self.examples = 0
        self._updated: set[int] = set()
        self._begun = False
        self._done = False

    @property
    def open(self) -> bool:
        """Whether a step has had an update and is not over."""
        return self._begun

    def make(self, optimizer: Optimizer) -> None:
        """It exists."""
        if optimizer not in self.made:
            self.made.add(optimizer)
            self.version += 1

    def see(self, optimizer: Optimizer) -> None:
        """It is about to step."""
        self.updates += 1
        _, groups = self._seen.get(optimizer, (0, 0))
        now = len(optimizer.param_groups)
        if groups != now:
            self.make(optimizer)
            self.version += 1
        self._seen[optimizer] = (self.updates, now)

    def optimizers(self) -> list[Optimizer]:
        """Those that exist; of two for the same parameters the one that stepped last."""
        latest: dict[frozenset[int], Optimizer] = {}
        for optimizer in self.all_optimizers():
            latest[frozenset(map(id, parameters(optimizer)))] = optimizer
        return list(latest.values())

    def all_optimizers(self) -> list[Optimizer]:
        """Those that exist, the one that stepped last at the end."""
        own = [o for o in self.made if o not in self._foreign]
        return sorted(own, key=lambda optimizer: self._seen.get(optimizer, (0, 0)))

    def _expected(self) -> list[Optimizer]:
        """Those that stepped; for a while also those that have not yet."""
        known = self.made if self.number < _PATIENCE else self._seen
        return [o for o in known if o not in self._foreign]

    def has(self, optimizer: Optimizer) -> bool:
        """Whether a parameter of it has been updated in the open step."""
        return any(id(p) in self._updated for p in parameters(optimizer))

    def add(self, optimizer: Optimizer, done: bool) -> None:
        """An optimizer's update is over."""
        self._updated.update(map(id, parameters(optimizer)))
        self._begun = True
        self._done |= done

    def waiting(self) -> list[Tensor]:
        """Parameters whose update is missing yet."""
        if len(self.made) == 1:
            return []
        return [p for o in self._expected() if not self.has(o) for p in parameters(o)]

    def close(self) -> tuple[int, bool, int]:
        """The step is over: its number, whether it counts, its examples."""
        number, done, examples = self.number, self._done, self.examples
        self.number += done
        self.examples = 0
        self._updated = set()
        self._begun = self._done = False
        return number, done, examples


def parameters(optimizer: Optimizer) -> list[Tensor]:
    """All that an optimizer holds, in its order."""
    return [p for group in optimizer.param_groups for p in group["params"]]


def reaches(value: Tensor, wanted: Iterable[Tensor]) -> bool:
    """Whether backward from a tensor would come to one of these parameters."""
    ids = {id(p) for p in wanted}
    ways: list[Any] = [cast(Any, value.grad_fn)]
    seen: set[Any] = set()
    while ways:
        node = ways.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if id(getattr(node, "variable", None)) in ids:
            return True
        ways.extend(following for following, _ in node.next_functions)
    return False

"""Where values that depend on parameters left the graph, and whether they came back into a loss."""

from dataclasses import dataclass
from typing import Any
from weakref import ref

import torch
from torch import Tensor, nn

from fourbeat.check.graph import leaves, node_of
from fourbeat.check.look import each_tensor
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiated, Differentiating, Operation
from fourbeat.observe.place import stack

_EXPORTS = frozenset({"numpy", "tolist", "item", "__array__", "__float__", "__int__", "__index__"})
_CREATES = frozenset({"tensor", "as_tensor", "from_numpy", "asarray"})
_VALUELESS = ("new_", "is_", "size", "dim", "shape")


@dataclass(slots=True, eq=False)
class Cut:
    """A value left the graph.

    Attributes:
        frames: the user's lines that led to it, the innermost first.
        how: by which function.
        grad: whether gradients were on.
        parameters: that it depends on.
    """

    frames: list[Place]
    how: str
    grad: bool
    parameters: list[ref[Tensor]]

    @property
    def place(self) -> Place | None:
        """Where it left."""
        return self.frames[0] if self.frames else None


class Cuts:
    """Follows values over the cut, during the close look.

    What is computed from a value that left the graph carries the cut with it, in the graph or out of
    it. When a backward begins, the cuts that its root carries are known.

    Attributes:
        of_root: cuts that the root of the present backward carries; empty outside of one.
    """

    def __init__(self) -> None:
        self.of_root: list[Cut] = []
        self._carried: dict[int, tuple[ref[Tensor], list[Cut]]] = {}
        self._seen: dict[int, ref[Tensor]] = {}
        self._exported: list[Cut] = []
        self.readers: dict[type[Any], Any] = {
            Operation: self._operation,
            Differentiating: self._differentiating,
            Differentiated: self._differentiated,
        }

    def carried(self, tensor: Tensor) -> list[Cut]:
        """The cuts that a value went over."""
        known = self._carried.get(id(tensor))
        return known[1] if known is not None and known[0]() is tensor else []

    def _differentiating(self, event: Differentiating) -> None:
        self.of_root = [cut for root in event.roots for cut in self.carried(root)]

    def _differentiated(self, _: Differentiated) -> None:
        self.of_root, self._exported = [], []
        self._carried.clear()
        self._seen.clear()

    def _operation(self, event: Operation) -> None:
        function: Any = event.function
        name = getattr(function, "__name__", "")
        if name == "__get__":
            name = getattr(getattr(function, "__self__", None), "__name__", "")
            if name not in ("data", "T", "mT", "real"):
                return
        inputs = list(each_tensor(event.arguments, event.named))
        results = list(each_tensor(event.result))
        exports = name in _EXPORTS
        if not exports and (not results or name.startswith(_VALUELESS) or name.endswith("_like")):
            return
        cuts = [cut for one in inputs for cut in self._of_input(one)]
        live = [one for one in inputs if one.requires_grad]
        if exports:
            self._exported = cuts + (self._cut(name, live) if live else [])
            return
        if name in _CREATES:
            cuts += self._exported
        if live and not name.endswith("_") and not any(_lives(one, inputs) for one in results):
            cuts += self._cut(name, live)
        for one in results:
            self._carry(one, cuts)

    def _of_input(self, tensor: Tensor) -> list[Cut]:
        """What it carries; a value nobody saw being made comes from what was exported last."""
        if id(tensor) in self._carried:
            return self.carried(tensor)
        unseen = id(tensor) not in self._seen and not tensor.requires_grad
        return self._exported if unseen and tensor.is_floating_point() else []

    def _carry(self, tensor: Tensor, cuts: list[Cut]) -> None:
        number, seen, carried = id(tensor), self._seen, self._carried
        seen[number] = ref(tensor, lambda _: seen.pop(number, None))
        if cuts:
            unique = list(dict.fromkeys(cuts))[:32]
            carried[number] = (ref(tensor, lambda _: carried.pop(number, None)), unique)

    def _cut(self, name: str, live: list[Tensor]) -> list[Cut]:
        found = {id(p): p for p in leaves(live) if isinstance(p, nn.Parameter)}
        if not found:
            return []
        return [Cut(stack(), name, torch.is_grad_enabled(), [ref(p) for p in found.values()])]


def _lives(result: Tensor, inputs: list[Tensor]) -> bool:
    """Whether a result belongs to the graph: a view made without gradients says that it requires one, and has no node."""
    return result.requires_grad and (
        node_of(result) is not None or any(result is one for one in inputs)
    )

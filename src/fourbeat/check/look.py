"""When to look closely, and the lines that operations came from."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from fourbeat.check.graph import node_of, parents
from fourbeat.finding import Place
from fourbeat.observe.close import CloseLook, fuses
from fourbeat.observe.events import Updating
from fourbeat.observe.finer import Called, Calling, Clearing, Differentiated, Operation
from fourbeat.observe.place import here

RUNS = 8
"""Backwards that are looked at closely, from the start."""

CALLS = 6
"""Calls of models without gradients, or in evaluation mode, that are looked at closely."""

_KEY = "fourbeat.place"


class Looks:
    """Turns a close look on and off.

    It is on from the start, until a few backwards have run; and again for the first few calls of models
    without gradients or in evaluation mode. What `torch.compile` sees is left alone.

    Args:
        mode: the close look.
    """

    def __init__(self, mode: CloseLook):
        self._mode = mode
        self._on = False
        self._runs = self._calls = 0
        self.readers: dict[type[Any], Any] = {
            Calling: self._calling,
            Called: self._called,
            Differentiated: self._differentiated,
            Updating: self._due,
            Clearing: self._due,
            Operation: mark,
        }

    def begin(self) -> None:
        """Look closely from here on, unless other modes are at work."""
        if not self._on and torch._C._len_torch_function_stack() == 0:  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
            self._mode.__enter__()
            self._on = True

    def end(self) -> None:
        """No longer look closely, as soon as no other mode lies on top."""
        if self._on and torch.overrides._get_current_function_mode() is self._mode:  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
            self._mode.show()
            self._mode.__exit__(None, None, None)
            self._on = False

    def _calling(self, event: Calling) -> None:
        if event.grad and event.module.training:
            self._due(event)
        else:
            self._calls += 1
            if self._calls <= CALLS:
                self.begin()
            elif self._runs >= RUNS:
                self.end()
        if self._on and fuses(event.module):
            self._mode.hide()

    def _called(self, _: Called) -> None:
        self._mode.show()

    def _differentiated(self, event: Differentiated) -> None:
        self._runs += event.accumulates
        self._due(event)

    def _due(self, _: Any) -> None:
        """End it when enough was seen; within `Tensor.backward` the mode is not on top, and cannot."""
        if self._on and self._runs >= RUNS:
            self.end()


def mark(event: Operation) -> None:
    """Note in the graph which line made a node."""
    result: Any = event.result
    if not isinstance(result, Tensor):
        return
    node = node_of(result)
    if node is not None and _KEY not in node.metadata and (place := here()) is not None:
        node.metadata[_KEY] = place


def place_of(node: Any) -> Place | None:
    """The line that made a node of the graph; None where nobody looked."""
    return node.metadata.get(_KEY)


def place_after(roots: Iterable[Tensor], node: Any) -> Place | None:
    """The line that made a node, or else the first node after it on the way to a root: one call may make many."""
    ways = [root for root in map(node_of, roots) if root is not None]
    came: dict[Any, Any] = dict.fromkeys(ways)
    for one in ways:
        fresh = [parent for parent in parents(one) if parent not in came]
        came.update(dict.fromkeys(fresh, one))
        ways += fresh
        if node in came or len(came) > 256:
            break
    one = node if node in came else None
    while one is not None and place_of(one) is None:
        one = came[one]
    return None if one is None else place_of(one)


def each_tensor(arguments: Any, named: Mapping[str, Any] | None = None) -> Iterator[Tensor]:
    """The tensors among an operation's arguments or results, those in lists and tuples too.

    Nested ones, as a transformer makes of padded rows in evaluation, have no shape to be read.
    """
    values: list[Any] = [arguments] if isinstance(arguments, Tensor) else []
    if isinstance(arguments, list | tuple):
        values += arguments
    if named:
        values += named.values()
    for value in values:
        found: Any = value if isinstance(value, list | tuple) else [value]
        yield from (one for one in found if isinstance(one, Tensor) and not one.is_nested)

"""Which graphs are still alive: a mark in a node lives as long as the node does."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any
from weakref import ref

from torch import Tensor

from fourbeat.check.graph import CALCULUS, name_of, node_of, parents, walk
from fourbeat.data.batch import tensors
from fourbeat.finding import Place
from fourbeat.observe.finer import Called, Differentiating, Operation
from fourbeat.observe.place import here

_KEY = "fourbeat.kept"

CLOSE = 16
"""Backwards whose graphs are walked for the models' answers."""

RUNS = 64
"""Backwards whose graphs are followed, from the start: what keeps graphs does so from the start."""


class Mark:
    """In the root of a graph that was differentiated, in the terms of its sum, and in models' answers.

    Attributes:
        run: the backward, from 1.
        place: of it.
        root: the tensor that was marked, as long as it lives.
    """

    __slots__ = ("__weakref__", "place", "root", "run")

    def __init__(self, run: int, place: Place | None, root: Tensor):
        self.run, self.place, self.root = run, place, ref(root)


class Kept:
    """Follows the graphs of losses after their backward.

    Attributes:
        adds: lines that added a loss of before to something, and how often; of close looks alone.
        runs: backwards by now.
    """

    def __init__(self) -> None:
        self.adds: Counter[Place] = Counter()
        self.runs = 0
        self._marks: deque[ref[Mark]] = deque(maxlen=64)
        self._answers: list[ref[Tensor]] = []
        self.readers: dict[type[Any], Callable[[Any], None]] = {
            Differentiating: self._differentiating,
            Operation: self._operation,
            Called: self._called,
        }

    def _differentiating(self, event: Differentiating) -> None:
        if not event.accumulates:
            return
        self.runs += 1
        answers, self._answers = self._answers, []
        if self.runs > RUNS or event.retained:
            return
        place = here()
        for root in event.roots[:1]:
            self._mark(root, place, terms(root.grad_fn))
        if self.runs <= CLOSE:
            reached = set(walk(event.roots))
            for one in answers:
                answer = one()
                if answer is not None and node_of(answer) in reached:
                    self._mark(answer, place)

    def _mark(self, root: Tensor, place: Place | None, others: Iterable[Any] = ()) -> None:
        node: Any = root.grad_fn
        if node is not None and _KEY not in node.metadata:
            mark = Mark(self.runs, place, root)
            for one in (node, *others):
                one.metadata.setdefault(_KEY, mark)
            self._marks.append(ref(mark))

    def _called(self, event: Called) -> None:
        if event.grad and self.runs < CLOSE:
            self._answers += [ref(one) for one in tensors(event.output) if one.requires_grad]
            del self._answers[:-8]

    def _operation(self, event: Operation) -> None:
        result: Any = event.result
        if not isinstance(result, Tensor) or not self.runs:
            return
        try:
            node = result.grad_fn
        except RuntimeError:  # a view whose base has changed since
            return
        if node is None or not name_of(node).startswith("AddBackward"):
            return
        if any(_KEY in below.metadata for below in near(node)) and (place := here()):
            self.adds[place] += 1

    def old(self) -> list[Mark]:
        """Marks of graphs that are alive and that three backwards have passed since."""
        found = [mark for one in self._marks if (mark := one()) is not None]
        return [mark for mark in found if mark.run <= self.runs - 3]


def terms(node: Any) -> list[Any]:
    """What a loss is the sum of: its parts may be kept as well as itself."""
    found: list[Any] = []
    ways = [node] if node is not None else []
    while ways and len(found) < 8:
        one = ways.pop(0)
        if name_of(one).startswith(("AddBackward", "MulBackward", "DivBackward")):
            above = [up for up in parents(one) if not name_of(up).startswith("torch::")]
            found += above
            ways += above
    return found


def near(node: Any) -> list[Any]:
    """Nodes that a sum was made of, a few steps down."""
    found: list[Any] = []
    ways = [node]
    for _ in range(12):
        if not ways:
            break
        above = parents(ways.pop())
        found += above
        ways += [one for one in above if name_of(one) in CALCULUS]
    return found

"""Weights that are thrown away while training goes on."""

import ast
import re
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from torch import Tensor
from torch.optim import Optimizer

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import Sources
from fourbeat.finding import Place
from fourbeat.observe.events import Updated, Updating
from fourbeat.observe.finer import StateGiven
from fourbeat.observe.place import stack
from fourbeat.observe.steps import parameters

UPDATES = 512
"""That are looked at, from the start: what comes back with every epoch comes early."""

INITIALISES = r"\.apply$|reset_parameters|init"
"""What a call that initialises is named."""


@dataclass(slots=True)
class _Seen:
    """Of one optimizer: some weights after its latest update, their drift, and their jumps."""

    updates: int = 0
    weights: list[float] = field(default_factory=list[float])
    jumps: int = 0


def watch(facts: Facts) -> Readers:
    """Compare a few weights before each update with what they were after the last."""
    seen: WeakKeyDictionary[Optimizer, _Seen] = WeakKeyDictionary()
    loaded = False

    def updated(event: Updated) -> None:
        one = seen.setdefault(event.optimizer, _Seen())
        one.updates += 1
        one.weights = some(event.optimizer) if one.updates <= UPDATES else []

    def updating(event: Updating) -> None:
        nonlocal loaded
        one = seen.get(event.optimizer)
        if one is None or not one.weights or loaded:
            loaded = False
            return
        if not jumped(one.weights, some(event.optimizer)):
            return
        one.jumps += 1
        if one.jumps == 2:
            frames = stack()
            facts.report(
                RULE.name,
                "warning",
                initialising(facts.sources, frames) or (frames[0] if frames else None),
                "between two steps of one optimizer the weights are replaced by others that have nothing to "
                "do with them, and again later: what was learned is thrown away",
                "Initialise the weights once, before the training.",
                updates=one.updates,
            )

    def state_given(_: StateGiven) -> None:
        nonlocal loaded
        loaded = True

    return {Updated: updated, Updating: updating, StateGiven: state_given}


def some(optimizer: Optimizer) -> list[float]:
    """A few values of the first weight matrix."""
    p: Tensor | None = next((p for p in parameters(optimizer) if p.ndim > 1), None)
    if p is None or p.is_sparse or p.device.type != "cpu":
        return []
    return p.detach().reshape(-1)[:12].tolist()


def jumped(before: list[float], now: list[float]) -> bool:
    """Whether values have nothing in common with what they were."""
    if len(before) != len(now) or len(now) < 6:
        return False
    size = sum(a * a for a in before) * sum(b * b for b in now)
    alike = sum(a * b for a, b in zip(before, now, strict=True))
    return size > 0 and alike < 0.7 * size**0.5


def initialising(sources: Sources, frames: list[Place]) -> Place | None:
    """A line that initialises, in one of the functions that led to a step."""
    for place in frames:
        tree = sources.tree(place.file)
        helpers = {
            node.name
            for node in ast.walk(tree or ast.Module([], []))
            if isinstance(node, ast.FunctionDef)
            and re.search(r"reset_parameters\(|\binit\.\w+_\(", ast.unparse(node))
            and ".backward(" not in ast.unparse(node)
        }
        for node in ast.walk(tree) if tree is not None else ():
            if not isinstance(node, ast.Call) or not (
                re.search(INITIALISES, ast.unparse(node.func)) or ast.unparse(node.func) in helpers
            ):
                continue
            line = Place(place.file, node.lineno, node.end_lineno or node.lineno)
            if inside(tree, place.line) == inside(tree, node.lineno) and not ast.unparse(
                node.func
            ).endswith("__init__"):
                return line
    return None


def inside(tree: Any, line: int) -> str:
    """The innermost function around a line."""
    found = ""
    for node in ast.walk(tree):
        function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if function and node.lineno <= line <= (node.end_lineno or node.lineno):
            found = f"{node.name}:{node.lineno}"
    return found


RULE = Rule(
    name="weights-initialised-anew",
    severity="warning",
    what="The weights are initialised again while one optimizer goes on training them.",
    why="Each time all that was learned is lost, and the optimizer's momentum belongs to weights that are "
    "no more.",
    seen="In the first 512 updates, a few weights before an update have nothing in common with what they "
    "were after the last one, twice.",
    silent="Weights that are loaded; a new optimizer for each start; averages that pull the weights a "
    "little way; a clip of weights, which moves them far only once.",
    bad="for epoch in range(10):\n    model.apply(initialise)\n    train_epoch(model, optimizer)\n",
    good="model.apply(initialise)\nfor epoch in range(10):\n    train_epoch(model, optimizer)\n",
    watch=watch,
)

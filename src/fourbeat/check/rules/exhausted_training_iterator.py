"""An iterator that is used up after the first epoch."""

import ast
import types
from itertools import pairwise
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

from torch.optim import Optimizer

from fourbeat.check.facts import Facts
from fourbeat.check.passes import Pass
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import Loop, Sources, around
from fourbeat.finding import Place
from fourbeat.observe.events import Updated
from fourbeat.observe.finer import Ended
from fourbeat.observe.place import frames, here, place_of

ONCE = (types.GeneratorType, zip, map, filter, enumerate)
"""What gives its values once, and tells nobody of its end."""


def watch(facts: Facts) -> Readers:
    """See iterators that are asked again after their end, and loops that will."""
    looked: WeakKeyDictionary[Optimizer, int] = WeakKeyDictionary()
    found: dict[Place, int] = {}
    first: WeakKeyDictionary[Pass, Place | None] = WeakKeyDictionary()

    def ending(one: Pass) -> None:
        place = here()
        if one.ends == 1:
            first[one] = place
        # What is asked once more elsewhere, and not in a loop, is no epoch.
        again = place is not None and (place == first.get(one) or heads(facts.sources, place))
        if one.ends > 1 and one.batches and one.trained and again and place is not None:
            made = one.place or place
            found[made] = found.get(made, 0) + 1

    def updated(event: Updated) -> None:
        # The loops that a step is made in do not change: the first steps tell.
        count = looked.get(event.optimizer, 0)
        looked[event.optimizer] = count + 1
        if count < 2:
            for frame in frames():
                place = used_up(facts.sources, frame)
                if place is not None:
                    found.setdefault(place, 0)

    def ended(_: Any) -> None:
        for place, times in found.items():
            facts.report(
                RULE.name,
                "error",
                place,
                "the iterator is made once and used up in the first epoch: later epochs make no step",
                "Loop over the loader itself, or make the iterator anew in each epoch.",
                empty_passes_seen=times,
            )

    facts.passes.ending.append(ending)
    return {Updated: updated, Ended: ended}


def heads(sources: Sources, place: Place) -> bool:
    """Whether a loop over an iterator begins on a line."""
    tree = sources.tree(place.file)
    return any(
        isinstance(node, ast.For) and node.iter.lineno <= place.line <= (node.iter.end_lineno or 0)
        for node in (ast.walk(tree) if tree is not None else ())
    )


def used_up(sources: Sources, frame: FrameType) -> Place | None:
    """Where the iterator is made that a loop of a frame runs through and an outer loop comes back to.

    Where that cannot be seen, it is the inner loop.
    """
    place = place_of(frame)
    loops = sources.loops(place)
    for outer, inner in pairwise(loops):
        if not isinstance(inner, ast.For) or not again(outer, frame) or leaves(inner):
            continue
        if not isinstance(inner.iter, ast.Name | ast.Attribute):
            continue
        name = ast.unparse(inner.iter)
        if isinstance(value_of(inner.iter, frame), ONCE) and not given_anew(outer, name):
            made = assigned(sources, place, name) or inner.iter
            return Place(place.file, made.lineno, made.end_lineno or made.lineno)
    return None


def assigned(sources: Sources, place: Place, name: str) -> ast.expr | None:
    """The value that a function gives to a name; or the file, if the function is not given the name itself."""
    tree = sources.tree(place.file)
    if tree is None:
        return None
    function = around(tree, place.line)
    for scope in (function, tree):
        given = [
            node.value
            for node in ast.walk(scope)
            if isinstance(node, ast.Assign) and name in map(ast.unparse, node.targets)
        ]
        if given:
            return given[0] if len(given) == 1 else None
        if isinstance(scope, ast.FunctionDef) and name in [
            a.arg for a in ast.walk(scope.args) if isinstance(a, ast.arg)
        ]:
            return None
    return None


def again(outer: Loop, frame: FrameType) -> bool:
    """Whether a loop runs several times, as far as can be told from its head."""
    if not isinstance(outer, ast.For) or leaves(outer):
        return False
    call = outer.iter
    if not isinstance(call, ast.Call) or ast.unparse(call.func) not in ("range", "trange"):
        return False
    bounds = [value_of(one, frame) for one in call.args]
    if not all(isinstance(one, int) for one in bounds):
        return False
    return len(range(*bounds)) > 1


def leaves(loop: Loop) -> bool:
    """Whether a loop may be left before its end."""
    ways: list[ast.AST] = list(loop.body)
    while ways:
        node = ways.pop()
        if isinstance(node, ast.Break | ast.Return):
            return True
        if not isinstance(node, Loop | ast.FunctionDef | ast.Lambda):
            ways += list(ast.iter_child_nodes(node))
    return False


def given_anew(loop: Loop, name: str) -> bool:
    """Whether a name gets another value within a loop."""
    return any(
        ast.unparse(node) == name and isinstance(node.ctx, ast.Store)
        for node in ast.walk(loop)
        if isinstance(node, ast.Name | ast.Attribute)
    )


def value_of(node: ast.expr, frame: FrameType) -> Any:
    """The value of a constant, a name, or an attribute that an object keeps itself."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return frame.f_locals.get(node.id, frame.f_globals.get(node.id))
    if isinstance(node, ast.Attribute):
        return getattr(value_of(node.value, frame), "__dict__", {}).get(node.attr)
    return None


RULE = Rule(
    name="exhausted-training-iterator",
    severity="error",
    what="An iterator is made before the loop over epochs, and each epoch loops over it.",
    why="An iterator gives its values once. The second epoch and all later ones find it empty: they make "
    "no step, and nothing says so.",
    seen="A DataLoader's iterator that was trained on is asked again after its end; or a step is made in "
    "a loop over a generator that an outer loop over epochs comes back to.",
    silent="One pass over a stream; an iterator that is made anew at its end; loops that are left early.",
    bad="batches = iter(loader)\nfor epoch in range(10):\n    for x, y in batches:\n        ...\n",
    good="for epoch in range(10):\n    for x, y in loader:\n        ...\n",
    watch=watch,
)

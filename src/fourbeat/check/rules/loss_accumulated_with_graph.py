"""Losses that are kept with the graphs they came from."""

import ast
import gc
import sys
from collections import Counter
from types import FrameType
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.kept import RUNS, Mark
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import Sources
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiated
from fourbeat.observe.place import stack

ENOUGH = 5
"""Old graphs of one backward's line that are alive at once."""


def watch(facts: Facts) -> Readers:
    """Count graphs that outlive their backward."""
    looked = 0

    def many() -> tuple[Place, list[Mark]] | None:
        marks = facts.kept.old()
        if len(marks) < ENOUGH:
            return None
        counts = Counter(place for place, _ in {(mark.place, mark.run) for mark in marks} if place)
        for place, count in counts.most_common(1):
            if count >= ENOUGH:
                return place, [mark for mark in marks if mark.place == place]
        return None

    def differentiated(event: Differentiated) -> None:
        nonlocal looked
        if facts.kept.runs > RUNS or looked > 2 or not event.done or many() is None:
            return
        looked += 1
        gc.collect()  # a circle that nobody holds is no matter
        found = many()
        lines = stack()
        if found is None or len(set(lines)) < len(lines):
            return  # each call of a function that calls itself has variables of its own
        looked = 3
        place, marks = found
        graphs = len({mark.run for mark in marks})
        added = facts.kept.adds.most_common(1)
        if added and added[0][1] > 1:
            place = added[0][0]
        else:
            place = container(facts.sources, place, marks) or place
        facts.report(
            RULE.name,
            "warning",
            place,
            f"losses or outputs are kept with their graphs: those of {graphs} earlier backwards are still "
            "alive",
            "Keep loss.item(), or loss.detach() where the device should not be waited for.",
            graphs_alive=graphs,
        )

    return {Differentiated: differentiated}


def container(sources: Sources, place: Place, marks: list[Mark]) -> Place | None:
    """The line that puts losses into a list or a dict that holds them."""
    names: set[str] = set()
    owners: set[str] = set()
    roots = [root for mark in marks if (root := mark.root()) is not None]
    for root in roots[-2:]:
        for holder in gc.get_referrers(root):
            if isinstance(holder, list | dict):
                names |= names_of(holder)  # pyright: ignore[reportUnknownArgumentType]
                for owner in gc.get_referrers(holder):  # pyright: ignore[reportUnknownArgumentType]
                    if isinstance(owner, dict) and type(owner) is not dict:  # pyright: ignore[reportUnknownArgumentType]
                        owners |= names_of(owner)  # pyright: ignore[reportUnknownArgumentType]
    tree = sources.tree(place.file)
    for node in ast.walk(tree) if tree is not None else ():
        into: ast.expr | None = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            into = node.func.value if node.func.attr in ("append", "add", "extend") else None
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            into = node.targets[0].value
        if into is not None and last(into) in names:
            return Place(place.file, into.lineno, into.end_lineno or into.lineno)
        # A dictionary with methods of its own is given them by one of these.
        given = isinstance(node, ast.Call) and (node.args or node.keywords) and node.func
        if isinstance(given, ast.Attribute) and last(given.value) in owners:
            return Place(place.file, given.lineno, given.end_lineno or given.lineno)
    return None


def names_of(holder: Any) -> set[str]:
    """What the script calls an object, in attributes, at the top of a module, or in a function."""
    found: set[str] = set()
    for owner in gc.get_referrers(holder):
        if not isinstance(owner, dict):
            owner = getattr(owner, "__dict__", None)  # an object that keeps its attributes itself
        if isinstance(owner, dict):
            found |= {str(k) for k, v in owner.items() if v is holder}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None:
        found |= {name for name, value in frame.f_locals.items() if value is holder}
        frame = frame.f_back
    return found - {"holder"}


def last(node: ast.expr) -> str:
    """The last name of an expression."""
    if isinstance(node, ast.Subscript):
        return last(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


RULE = Rule(
    name="loss-accumulated-with-graph",
    severity="warning",
    what="Losses or outputs are added up, or put into a list, as tensors that still belong to their graphs.",
    why="A tensor holds the graph that it was computed by. The sum of all losses holds all graphs: memory "
    "grows with every step.",
    seen="The root of each loss's graph is marked, and the terms it is the sum of; of the first 16 the "
    "models' answers, too. Of the first 64 backwards at least five of one line, "
    "each three backwards old or older, are alive at once.",
    silent="Losses that are added up before one backward; graphs that are kept on purpose "
    "(`retain_graph`, `create_graph`); values and detached tensors.",
    bad="total = 0.0\nfor x, y in loader:\n    loss = criterion(model(x), y)\n"
    "    loss.backward()\n    total += loss\n",
    good="total = 0.0\nfor x, y in loader:\n    loss = criterion(model(x), y)\n"
    "    loss.backward()\n    total += loss.item()\n",
    watch=watch,
)

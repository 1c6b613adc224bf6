"""An evaluation that returns within its loop."""

import ast
from collections import Counter
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.modes import Call
from fourbeat.check.passes import Pass, more
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import Sources
from fourbeat.finding import Place
from fourbeat.observe.finer import Ended, Given


def watch(facts: Facts) -> Readers:
    """Count passes that are left after a batch that the model was evaluated on."""
    latest: dict[Place, int] = {}
    short: Counter[Place] = Counter()
    current: Place | None = None

    def giving(one: Pass, event: Given) -> None:
        nonlocal current
        if one.place is None:
            return
        current = one.place if one.batches == 0 and more(event.iterator) else None
        if one.batches:
            latest[one.place] = -1

    def called(call: Call) -> None:
        nonlocal current
        judged = current is not None and not call.grad and call.weights and call.updates
        if current is not None and judged and latest.get(current, 0) >= 0:
            latest[current] = 1
            short[current] += 1
        current = None

    def ended(_: Any) -> None:
        for place, times in short.items():
            back = returns(facts.sources, place)
            if latest.get(place) == 1 and times >= 3 and back is not None:
                facts.report(
                    RULE.name,
                    "warning",
                    back,
                    "the evaluation returns within its loop, after the first batch: the rest of the data is "
                    "never looked at",
                    "Move the return behind the loop, and gather over all batches.",
                    evaluations=times,
                )

    facts.passes.giving.append(giving)
    facts.modes.calls.append(called)
    return {Ended: ended}


def returns(sources: Sources, place: Place) -> Place | None:
    """The return that ends the body of the loop at a line whatever happens."""
    tree = sources.tree(place.file)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.For) and place.line <= node.iter.lineno <= place.end_line:
            last = node.body[-1]
            if isinstance(last, ast.Return) and last.value is not None:
                return Place(place.file, last.lineno, last.end_lineno or last.lineno)
    return None


RULE = Rule(
    name="metric-of-first-batch",
    severity="warning",
    what="A `return` stands in the loop over the validation data.",
    why="The first batch ends the evaluation. Its value is that of a few rows, always the same ones.",
    seen="Three passes or more are left after a batch that the model was evaluated on, and the loop's body "
    "ends in a return.",
    silent="One batch that is fetched on purpose by `next(iter(loader))` or `break`.",
    bad="for x, y in loader:\n    accuracy = evaluate(model, x, y)\n    return accuracy\n",
    good="for x, y in loader:\n    right += evaluate(model, x, y)\nreturn right / rows\n",
    watch=watch,
)

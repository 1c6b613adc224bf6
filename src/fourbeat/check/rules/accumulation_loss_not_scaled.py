"""Gradients of several batches, added up where their mean was meant."""

import ast
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.finding import Place
from fourbeat.check.ledger import Step
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import Sources
from fourbeat.observe.events import Clip
from fourbeat.observe.finer import Ended


def watch(facts: Facts) -> Readers:
    """Count steps that take several backwards of one line whose loss is a plain mean."""
    adding: dict[int, list[Step]] = {}
    steps: dict[int, int] = {}
    clipped = False

    def clip(_: Any) -> None:
        nonlocal clipped
        clipped = True

    def stepping(step: Step) -> None:
        key = id(step.optimizer)
        steps[key] = steps.get(key, 0) + 1
        runs = step.runs
        alike = len({run.place for run in runs}) == 1 and len({run.inputs for run in runs}) > 1
        plain = all(run.mean and not run.scaled for run in runs)
        if alike and plain and not step.stale and (clipped or not step.edited):
            adding.setdefault(key, []).append(step)

    def ended(_: Any) -> None:
        for key, found in adding.items():
            step = found[-1]
            if len(found) < 2 or 2 * len(found) < steps[key]:
                continue
            if rate_is_divided(facts.sources, facts.ledger.made(step.optimizer)):
                continue
            many = len(found[0].runs)
            facts.report(
                RULE.name,
                "warning",
                step.runs[-1].place,
                f"{many} batches are accumulated for a step, each with a mean as its loss: the gradient "
                f"is {many} times that of their common mean",
                f"Divide the loss by {many} before backward, or the learning rate.",
                batches_a_step=many,
                steps=steps[key],
            )

    facts.ledger.steps.append(stepping)
    return {Ended: ended, Clip: clip}


def rate_is_divided(sources: Sources, made: Place | None) -> bool:
    """Whether the learning rate was given to an optimizer as a quotient or a product."""
    tree = sources.tree(made.file) if made is not None else None
    if made is None or tree is None:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.lineno == made.line:
            for keyword in node.keywords:
                if keyword.arg == "lr" and isinstance(keyword.value, ast.BinOp):
                    return True
    return False


RULE = Rule(
    name="accumulation-loss-not-scaled",
    severity="warning",
    what="Several batches are accumulated for a step, and their losses are means that nobody divides.",
    why="The step follows the sum of the batches' mean gradients: it is as many times too large as there "
    "are batches. With plain SGD that is a larger learning rate; clipping and weight decay no longer "
    "mean what they did.",
    seen="A step takes several backwards of one line, on different inputs, and at the root of their "
    "graphs stands a mean that nothing multiplies or divides; in at least half of the steps.",
    silent="Losses that are sums, losses of several tasks on one batch, gradients that are divided before "
    "the step, a learning rate that is divided where the optimizer is made.",
    bad="for i, (x, y) in enumerate(loader):\n"
    "    criterion(model(x), y).backward()\n"
    "    if i % 4 == 3:\n"
    "        optimizer.step()\n"
    "        optimizer.zero_grad()\n",
    good="for i, (x, y) in enumerate(loader):\n"
    "    (criterion(model(x), y) / 4).backward()\n"
    "    if i % 4 == 3:\n"
    "        optimizer.step()\n"
    "        optimizer.zero_grad()\n",
    watch=watch,
)

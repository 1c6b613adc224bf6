"""Gradients of several batches, added up where their mean was meant."""

import ast
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.ledger import Step, Tally
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import Sources
from fourbeat.finding import Place
from fourbeat.observe.finer import Ended


def watch(facts: Facts) -> Readers:
    """Count steps that take several backwards of one line whose loss is a plain mean."""
    steps, adding = Tally(), Tally()

    def stepping(step: Step) -> None:
        steps.add(step)
        runs = step.runs
        # A helper that several lines call for one step adds up several losses, and is meant to.
        alike = all(run.frames == runs[0].frames for run in runs)
        alike = alike and len({run.inputs for run in runs}) > 1
        # Losses of several kinds, or for several heads, are no batches of one loss.
        alike = alike and step.even and len({run.root.kinds for run in runs}) == 1
        plain = all(run.root.mean and not run.root.scaled for run in runs)
        if alike and plain and not step.stale and not step.edited:
            adding.add(step)

    def ended(_: Any) -> None:
        for count, step in adding.all():
            if count < 2 or 2 * count < steps.count(step):
                continue
            if rate_is_divided(facts.sources, facts.ledger.made(step.owner())):
                continue
            many = len(step.runs)
            facts.report(
                RULE.name,
                "warning",
                step.runs[-1].place,
                f"{many} batches are accumulated for a step, each with a mean as its loss: the gradient "
                f"is {many} times that of their common mean",
                f"Divide the loss by {many} before backward, or the learning rate.",
                batches_a_step=many,
                steps=steps.count(step),
            )

    facts.ledger.steps.append(stepping)
    return {Ended: ended}


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
    silent="Losses that are sums, losses of several tasks or kinds, gradients that are divided before "
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

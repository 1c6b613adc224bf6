"""A mean of batches' means, where batches differ in size."""

import ast
import re
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.modes import Call
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import Sources, around
from fourbeat.finding import Place
from fourbeat.observe.finer import Ended
from fourbeat.observe.place import stack

MEANS = re.compile(r"loss|crit|cross_entropy|mse|mae|l1|bce|nll|huber|\.mean\(", re.I)
"""What gives a batch's mean, unless it is told otherwise."""

OTHER = re.compile(r"\.sum\(|\bsum\(|len\(|\.size\(|\.shape|\bn\b|batch_size|sqrt|isnan", re.I)
"""What knows of the number of rows, or counts."""


def watch(facts: Facts) -> Readers:
    """Gather the sizes of the batches of evaluations, by the lines that led to them."""
    sizes: dict[tuple[Place, ...], list[int]] = {}
    updates: dict[tuple[Place, ...], int] = {}

    def called(call: Call) -> None:
        if call.grad or not call.weights or not call.given or not call.given[0][0]:
            return
        key = tuple(stack())
        if len(sizes.get(key, ())) > 1 and updates[key] != call.updates:
            return  # the first evaluation tells
        if updates.setdefault(key, call.updates) == call.updates:
            sizes.setdefault(key, []).append(int(call.given[0][0][0]))

    def ended(_: Any) -> None:
        for key, rows in sizes.items():
            if len(rows) < 2 or len(set(rows[:-1])) > 1 or rows[-1] > 0.8 * rows[0]:
                continue
            place = next(filter(None, (averaged(facts.sources, one) for one in key)), None)
            if place is None:
                continue
            facts.report(
                RULE.name,
                "warning",
                place,
                f"batches' means are averaged, though the last batch has {rows[-1]} rows and the others "
                f"{rows[0]}: its rows count {rows[0] / rows[-1]:.1f} times as much",
                "Add up value * len(batch), and divide by the number of rows.",
                batches=len(rows),
                rows_of_a_batch=rows[0],
                rows_of_the_last=rows[-1],
            )

    facts.modes.calls.append(called)
    return {Ended: ended}


def averaged(sources: Sources, place: Place) -> Place | None:
    """The line of a loop around a place that gathers means without their weights, to average them."""
    tree, loops = sources.tree(place.file), sources.loops(place)
    if tree is None or not loops or not isinstance(loops[-1], ast.For):
        return None
    loop = loops[-1]
    whole = ast.unparse(around(tree, place.line))
    if re.search(r"reduction=['\"](sum|none)", ast.unparse(tree)):
        return None
    for node in ast.walk(loop):
        name, value = gathered(node)
        pattern = re.escape(name)
        stacked = re.search(rf"stack\({pattern}\)\.mean\(\)", whole) is not None
        if value is None or not is_mean(tree, loop, value, stacked):
            continue
        over = re.escape(ast.unparse(loop.iter))
        if isinstance(node, ast.AugAssign):
            many = "|".join([rf"len\({over}\)", *(re.escape(one) for one in counters(loop))])
            ends = rf"{pattern} /=? ({many})\b|{pattern} /=? len\({over}\)"
            if isinstance(node.target, ast.Subscript):  # a table of values, divided one by one
                ends += rf"|for \w+, \w+ in {re.escape(ast.unparse(node.target.value))}\.items\(\)"
                ends = ends if re.search(rf"\w+ / ({many})", whole) else "$^"
        elif isinstance(node, ast.Call) and node.func.attr == "update":  # pyright: ignore[reportAttributeAccessIssue]
            ends = rf"{pattern}\.update\("
        else:
            ends = rf"mean\({pattern}\)|sum\({pattern}\) / len\({pattern}\)|{pattern}\)\.mean\("
            # Of rows with several values one is averaged by its name or number.
            part = rf"\w+(\.\w+|\[.+?\]) for \w+ in {pattern}\)"
            ends += rf"|mean\([(\[]?{part}|sum\(\(?{part} / len\({pattern}\)"
        if re.search(ends, whole):
            line: Any = node
            return Place(place.file, line.lineno, line.end_lineno or line.lineno)
    return None


def counters(loop: ast.For) -> list[str]:
    """Names that a loop adds 1 to in each round."""
    return [
        ast.unparse(node.target)
        for node in loop.body
        if isinstance(node, ast.AugAssign)
        and isinstance(node.op, ast.Add)
        and isinstance(node.value, ast.Constant)
        and node.value.value == 1
    ]


def gathered(node: ast.AST) -> tuple[str, ast.expr | None]:
    """What a statement adds a value to, and the value; a meter's `update` only if it is not weighted."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        return ast.unparse(node.target), node.value
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return "", None
    if len(node.args) != 1 or node.keywords or node.func.attr not in ("append", "update"):
        return "", None
    meter = ast.unparse(node.func.value)
    known = node.func.attr == "append" or re.search(r"loss|acc|meter|err|metric", meter, re.I)
    return meter, node.args[0] if known else None


def is_mean(tree: ast.Module, loop: ast.For, value: ast.expr, number: bool) -> bool:
    """Whether a value is a number that is the mean of a batch, and nothing weights it.

    Args:
        tree: of the file.
        loop: that gathers it.
        value: itself.
        number: whether it is known to be a number, and not one for each row.
    """
    text = ast.unparse(value)
    if any(
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) for node in ast.walk(value)
    ):
        return False
    # A name stands for what the loop has given it, a function of the file for its body.
    for node in ast.walk(value):
        if isinstance(node, ast.Name):
            for one in ast.walk(loop):
                if isinstance(one, ast.Assign) and node.id in map(ast.unparse, one.targets):
                    text += " " + ast.unparse(one.value)
    numbers = number or ".item()" in text or "float(" in text
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and re.search(rf"\b{function.name}\(", text):
            body = ast.unparse(function)
            numbers |= ".item()" in body
            text += " " + body
    return numbers and bool(MEANS.search(text)) and not OTHER.search(text)


RULE = Rule(
    name="unweighted-batch-average",
    severity="warning",
    what="The value of an evaluation is the plain mean of batches of different sizes.",
    why="The last batch is smaller, and its rows count more. The value depends on the batch size, and is "
    "not that of the data.",
    seen="In an evaluation the last batch is smaller than the others, and the loop around it gathers the "
    "batches' means, multiplied by nothing, to divide by their number.",
    silent="Batches of one size; sums over rows; values that are weighted by their batch's rows.",
    bad="for x, y in loader:\n    total += criterion(model(x), y).item()\nvalue = total / len(loader)\n",
    good="for x, y in loader:\n    total += criterion(model(x), y).item() * len(x)\n"
    "value = total / len(dataset)\n",
    watch=watch,
)

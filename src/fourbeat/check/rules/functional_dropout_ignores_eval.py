"""Dropout that drops in evaluation mode."""

import ast
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import Sources
from fourbeat.finding import Place
from fourbeat.observe.finer import Ended, Operation
from fourbeat.observe.place import here, outside_of, running

DROPS: dict[Any, tuple[str, int, float]] = {
    F.dropout: ("training", 2, 0.5),
    F.dropout1d: ("training", 2, 0.5),
    F.dropout2d: ("training", 2, 0.5),
    F.dropout3d: ("training", 2, 0.5),
    F.alpha_dropout: ("training", 2, 0.5),
    F.feature_alpha_dropout: ("training", 2, 0.5),
    torch.dropout: ("train", 2, 0.5),
    torch.alpha_dropout: ("train", 2, 0.5),
    torch.feature_dropout: ("train", 2, 0.5),
}
"""Functions that drop: the name of the argument that says whether to, its place, the usual share."""


def watch(facts: Facts) -> Readers:
    """See functions that drop within calls of models in evaluation mode."""
    seen: dict[Place, list[Any]] = {}

    def operation(event: Operation) -> None:
        call = facts.modes.current
        if call is None or call.training or (event.function not in DROPS and not attends(event)):
            return
        layer = facts.modes.layer() if facts.modes.layer is not None else None
        if layer is not None and running(layer):
            return  # a layer's own doing, and its mode is the script's
        if event.function in DROPS and not drops(event):
            return
        # A module that does nothing else says what it is.
        place = here()
        if place is not None and place == outside_of(bare) and said(facts.sources, place):
            seen.setdefault(place, []).append((call.updates, call.given))

    def ended(_: Any) -> None:
        for place, given in seen.items():
            if any(given.count(one) > 2 for one in given):
                continue
            facts.report(
                RULE.name,
                "error",
                place,
                "dropout drops though the model is in evaluation mode: the function does not know of it",
                "Pass training=self.training, or use an nn.Dropout layer.",
                calls_in_evaluation_mode=len(given),
            )

    return {Operation: operation, Ended: ended}


def attends(event: Operation) -> bool:
    """Whether it is an attention that drops."""
    return event.function is F.scaled_dot_product_attention and bool(
        event.named.get("dropout_p") or (len(event.arguments) > 4 and event.arguments[4])
    )


def drops(event: Operation) -> bool:
    """Whether it drops anything."""
    name, at, usual = DROPS[event.function]
    given, named = event.arguments, event.named
    on = given[at] if len(given) > at else named.get(name, True)
    share = given[1] if len(given) > 1 else named.get("p", usual)
    return bool(on) and bool(share)


def bare(owner: Any) -> bool:
    """Whether a method belongs to a module without parameters."""
    return isinstance(owner, nn.Module) and next(owner.parameters(), None) is None


def said(sources: Sources, place: Place) -> bool:
    """Whether a line's dropout is on by constants alone, and not because somebody asked for it."""
    tree = sources.tree(place.file)
    if tree is None:
        return False
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and place.line <= node.lineno <= place.end_line
    ]
    for node in calls:
        if any(kind in name_of(node.func) for kind in ("dropout", "attention")):
            return constant(node, "dropout" in name_of(node.func))
    known = aliases(tree)
    for node in calls:
        partly = known.get(name_of(node.func))
        if partly is not None:
            return constant(node, True) and constant(partly, False)
    return False


def constant(call: ast.Call, third: bool) -> bool:
    """Whether a call says by a constant that it drops, or says nothing; its third argument may say it."""
    named = {one.arg: one.value for one in call.keywords}
    on = named.get("training", named.get("train"))
    if on is None and third and len(call.args) > 2:
        on = call.args[2]
    return on is None or isinstance(on, ast.Constant)


def aliases(tree: ast.Module) -> dict[str, ast.Call]:
    """Other names of dropout functions, each with what is given to it already."""
    found: dict[str, ast.Call] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for one in node.names:
                if one.asname and "dropout" in one.name:
                    found[one.asname] = ast.Call(ast.Name(one.name), [], [])
        if not isinstance(node, ast.Assign):
            continue
        value = node.value
        if isinstance(value, ast.Call) and name_of(value.func) == "partial" and value.args:
            function, given = value.args[0], value
        else:
            function, given = value, ast.Call(value, [], [])
        if "dropout" in name_of(function):
            found |= {name_of(target): given for target in node.targets}
    return found


def name_of(node: ast.expr) -> str:
    """The last name of an expression."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


RULE = Rule(
    name="functional-dropout-ignores-eval",
    severity="error",
    what="A model calls a dropout function that is not told of the model's mode.",
    why="`F.dropout` drops unless it is given `training=False`; `model.eval()` does not reach it. The "
    "evaluation is noisy and too bad, and so is every use of the model later.",
    seen="Within a call of a model in evaluation mode, the first few of them, a dropout function is on, "
    "by its default or by a constant.",
    silent="Dropout layers that were put into training mode; modules that do nothing but drop; sampling "
    "on one input several times; an argument that somebody computes.",
    bad="def forward(self, x):\n    return self.fc(F.dropout(x, 0.5))\n",
    good="def forward(self, x):\n    return self.fc(F.dropout(x, 0.5, training=self.training))\n",
    watch=watch,
)

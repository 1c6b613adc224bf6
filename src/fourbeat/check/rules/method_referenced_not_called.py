"""A method that stands in a line of its own, and is not called."""

import ast
from collections.abc import Iterator

from fourbeat.check.rule import Rule
from fourbeat.finding import Finding, Place

METHODS = frozenset(
    [
        "eval",
        "train",
        "zero_grad",
        "step",
        "backward",
        "detach_",
        "requires_grad_",
        "cuda",
        "cpu",
        "half",
        "bfloat16",
        "float",
        "double",
        "unscale_",
        "update",
        "barrier",
        "synchronize",
        "empty_cache",
        "set_epoch",
        "reset_parameters",
        "share_memory",
        "clip_grad_norm_",
        "no_sync",
        "reset_running_stats",
        "close",
        "flush",
        "zero_",
        "clear",
        "join",
        "start",
        "wait",
    ]
)
"""Of PyTorch's objects, and of what stands around them: methods that are called for their effect."""


def read(tree: ast.Module, file: str) -> Iterator[Finding]:
    """Find statements that are such a method's name, and no call."""
    properties = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Attribute):
            continue
        name = node.value.attr
        if name not in METHODS or name in properties:
            continue
        written = ast.unparse(node.value)
        yield Finding(
            RULE.name,
            "error",
            Place(file, node.lineno, node.end_lineno or node.lineno),
            f"`{written}` names the method and does not call it: nothing happens",
            f"Write `{written}()`.",
        )


RULE = Rule(
    name="method-referenced-not-called",
    severity="error",
    what="A line names a method that should be called, without the parentheses.",
    why="Python looks the method up and throws it away: the mode stays, the gradients stay, the step is "
    "not made, and nothing says so.",
    seen="In the syntax tree: a statement that is nothing but an attribute with the name of a method "
    "that is called for its effect.",
    silent="Methods that are handed on as values; attributes of other names; properties of that name.",
    bad="optimizer.zero_grad\nloss.backward()\noptimizer.step()\n",
    good="optimizer.zero_grad()\nloss.backward()\noptimizer.step()\n",
    read=read,
)

"""The best model, kept as another name of the live one."""

import ast
import re
from collections.abc import Iterator

from fourbeat.check.rule import Rule
from fourbeat.finding import Finding, Place

BEST = re.compile(r"best.*(model|net)|(model|net).*best", re.I)


def read(tree: ast.Module, file: str) -> Iterator[Finding]:
    """Find assignments of a model that is trained to a name of the best, in a loop that keeps it."""
    trained = {
        ast.unparse(node.func.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("parameters", "train")
    }
    for loop in ast.walk(tree):
        if not isinstance(loop, ast.For | ast.While):
            continue
        made = {
            ast.unparse(node)
            for node in ast.walk(loop)
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store)
        }
        for node in ast.walk(loop):
            if not isinstance(node, ast.If):
                continue
            for line in node.body:
                for target, value in pairs(line):
                    name = ast.unparse(value)
                    if BEST.search(target) and name in trained and name not in made:
                        yield Finding(
                            RULE.name,
                            "warning",
                            Place(file, line.lineno, line.end_lineno or line.lineno),
                            f"`{target}` is another name of `{name}`, and no copy: it goes on being trained",
                            f"Write `{target} = copy.deepcopy({name})`.",
                        )


def pairs(line: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Targets of an assignment, with the names that they are given."""
    if not isinstance(line, ast.Assign):
        return
    for target in line.targets:
        many = isinstance(target, ast.Tuple) and isinstance(line.value, ast.Tuple)
        targets = target.elts if isinstance(target, ast.Tuple) and many else [target]
        values = line.value.elts if isinstance(line.value, ast.Tuple) and many else [line.value]
        for one, value in zip(targets, values, strict=False):
            if isinstance(value, ast.Name | ast.Attribute):
                yield ast.unparse(one), value


RULE = Rule(
    name="best-model-is-the-model",
    severity="warning",
    what="The best model is kept as a reference to the model that is trained on.",
    why="An assignment copies nothing. At the end the best model is the last one.",
    seen="In the syntax tree: within a loop, under a condition, a name of a best model is given a model "
    "that is trained and that the loop does not make.",
    silent="Copies; loops that make a new model in each round, as a search does.",
    bad="if loss < best:\n    best, best_model = loss, model\n",
    good="if loss < best:\n    best, best_model = loss, copy.deepcopy(model)\n",
    read=read,
)

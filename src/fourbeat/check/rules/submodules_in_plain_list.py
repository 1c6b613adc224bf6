"""Layers in a plain list, which a module does not know of."""

import ast
import inspect

from torch import nn
from torch.optim import Optimizer

from fourbeat.check.facts import Facts
from fourbeat.check.orphans import kinds, tucked
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Ended


def watch(facts: Facts) -> Readers:
    """After some steps, look into the lists and dicts of modules."""
    found: dict[Place | None, tuple[str, str, int]] = {}

    def judge(_: Optimizer) -> None:
        found.clear()
        hidden = {id(known.parameter()) for known, kind in kinds(facts.census) if kind == "hidden"}
        for owner, name, module in tucked(facts.census) if hidden else []:
            count = sum(id(p) in hidden for p in module.parameters())
            if count:
                place = _place(facts, owner, name, module)
                before = found.get(place, ("", "", 0))[2]
                found[place] = type(owner).__name__, name, before + count

    def ended(_: Ended) -> None:
        for place, (owner, name, count) in found.items():
            facts.report(
                RULE.name,
                "error",
                place,
                f"the layers in {owner}.{name} are unknown to {owner}: their {count} parameters are not "
                "in parameters(), in no optimizer, and not in the state dict",
                "Make it an nn.ModuleList or an nn.ModuleDict.",
                attribute=name,
                parameters=count,
            )

    facts.census.judges.append(judge)
    return {Ended: ended}


def _place(facts: Facts, owner: nn.Module, name: str, module: nn.Module) -> Place | None:
    """The line that fills the attribute; that which built the module where there is none."""
    built = facts.births.places.get(module)
    try:
        file = inspect.getsourcefile(type(owner))
    except TypeError:
        return built
    tree = facts.sources.tree(file) if file else None
    last: Place | None = None
    for scope in ast.walk(tree) if tree is not None else ():
        if not isinstance(scope, ast.ClassDef) or scope.name != type(owner).__name__:
            continue
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr):
                end = node.end_lineno or node.lineno
                if _fills(node, name):
                    last = Place(str(file), node.lineno, end, scope.name)
                    if built is not None and node.lineno <= built.line <= end:
                        return built
    return last or built


def _fills(node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr, name: str) -> bool:
    """Whether a statement puts something into an attribute of `self`."""
    if isinstance(node, ast.Expr):
        call = node.value
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            return False
        into = [call.func.value]
        if call.func.attr not in ("append", "extend", "insert", "update", "add", "setdefault"):
            return False
    else:
        into = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(
        isinstance(one, ast.Attribute) and one.attr == name and isinstance(one.value, ast.Name)
        for target in into
        for one in ast.walk(target)
    )


RULE = Rule(
    name="submodules-in-plain-list",
    severity="error",
    what="A module keeps layers in a plain list, tuple or dict.",
    why="Only attributes that are modules, and `ModuleList` and `ModuleDict`, are registered. Layers in "
    "a plain list are missing from `parameters()`, and so from the optimizer, from `to(device)` and "
    "from the state dict: they stay random.",
    seen="The loss reaches parameters of modules that stand in a plain container of a module whose own "
    "`parameters()` lacks them, and no optimizer ever held them.",
    silent="A frozen teacher that is hidden on purpose; lists of losses and activations; layers that "
    "are registered under another name, or given to the optimizer.",
    bad="self.layers = [nn.Linear(8, 8) for _ in range(4)]\n",
    good="self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in range(4))\n",
    watch=watch,
)

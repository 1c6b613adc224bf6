"""One layer that stands several times in a container."""

import ast
from weakref import WeakKeyDictionary

from torch import Tensor, nn

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import Sources
from fourbeat.finding import Place
from fourbeat.observe.finer import Adding, Differentiating, Ended
from fourbeat.observe.place import here


def watch(facts: Facts) -> Readers:
    """See modules that are added to a container which has their parameters already."""
    doubles: WeakKeyDictionary[nn.Module, tuple[Place | None, int]] = WeakKeyDictionary()
    trained: dict[Place | None, tuple[int, str]] = {}

    def adding(event: Adding) -> None:
        box, module = event.container, event.module
        if module is None or not isinstance(box, nn.ModuleList | nn.ModuleDict | nn.Sequential):
            return
        own = _own(module)
        if own and any(_own(one) == own for one in box.children()):
            before = doubles.get(box, (None, 1))
            doubles[box] = before[0] or here(), before[1] + 1

    def differentiating(event: Differentiating) -> None:
        if not event.accumulates or not doubles:
            return
        for box, (place, times) in list(doubles.items()):
            if any(facts.census.of(p).reached for p in box.parameters()):
                doubles.pop(box)
                if _multiplied(facts.sources, place):
                    trained[place] = times, type(box).__name__

    def ended(_: Ended) -> None:
        for place, (times, box) in trained.items():
            facts.report(
                RULE.name,
                "error",
                place,
                f"the {box} holds one and the same layer {times} times: they share all weights",
                "Build each one anew: nn.ModuleList(nn.Linear(8, 8) for _ in range(n)); or deepcopy it. "
                "Where sharing is meant, keep one layer and call it in a loop.",
                times=times,
            )

    return {Adding: adding, Differentiating: differentiating, Ended: ended}


def _own(module: nn.Module) -> set[int]:
    """Its trainable parameters."""
    found: list[Tensor] = [p for p in module.parameters() if p.requires_grad]
    return set(map(id, found))


def _multiplied(sources: Sources, place: Place | None) -> bool:
    """Whether a line repeats something: a product, a comprehension, a loop; not a list by hand."""
    tree = None if place is None else sources.tree(place.file)
    if place is None or tree is None:
        return True
    if sources.loops(place):
        return True
    for node in ast.walk(tree):
        start, end = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
        if not start <= place.line <= end:
            continue
        if isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp):
            return True
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            return True
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("repeat", "fromkeys")):
            return True
    # The list was made on another line: nothing there tells one that was written out by hand.
    return not any(
        isinstance(node, ast.List | ast.Dict)
        and node.lineno <= place.line <= (node.end_lineno or 0)
        for node in ast.walk(tree)
    )


RULE = Rule(
    name="layers-share-weights-by-accident",
    severity="error",
    what="A container holds one layer several times where several layers were meant.",
    why="`[layer] * n` repeats a reference. A stack of n layers has the weights of one: the network is "
    "smaller than it looks, and trains otherwise.",
    seen="A module, or a shallow copy with the same parameters, is added to a `ModuleList`, a "
    "`ModuleDict` or a `Sequential` that has it already, by a product, a comprehension or a loop; and is trained.",
    silent="Weight tying between different layers; siamese branches; one block that is called in a "
    "loop; activations without parameters; the same name written twice by hand.",
    bad="self.layers = nn.ModuleList([nn.Linear(8, 8)] * 4)\n",
    good="self.layers = nn.ModuleList([nn.Linear(8, 8) for _ in range(4)])\n",
    watch=watch,
)

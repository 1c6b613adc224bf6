"""Numbers of classes, fitted like quantities."""

import ast
from weakref import ref

import torch
from torch import Tensor

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Ended, Operation
from fourbeat.observe.place import here

_LOSSES = frozenset({"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"})
_CASTS = frozenset({"float", "to", "type", "double", "half", "bfloat16", "type_as"})
_ORDERED = (
    *("rating", "star", "grade", "age", "count", "level", "severity", "rank", "ordinal"),
    *(
        "quality",
        "round",
        "score",
        "stage",
        "number_of",
        "quantity",
        "year",
        "month",
        "day",
        "hour",
        "price",
        "temperature",
    ),
)
"""Words for whole numbers whose order means something."""

_NAMED = frozenset(
    {
        "class",
        "classe",
        "classify",
        "classifier",
        "label",
        "specie",
        "kind",
        "category",
        "categorie",
    }
    | {"intent", "type", "name", "digit", "breed", "genre", "language"}
)
"""Words for what has numbers only to be told apart, without a last s."""

_NEVER_ORDERED = frozenset(
    {"specie", "category", "categorie", "intent", "breed", "genre", "language"}
)
"""Those of them that no rating is called, whatever else a script speaks of."""


def watch(facts: Facts) -> Readers:
    """See targets of regression losses that are whole numbers, or were a moment ago."""
    casts: dict[int, tuple[ref[Tensor], ref[Tensor]]] = {}
    found: dict[Place | None, tuple[set[int], int, bool]] = {}

    def operation(event: Operation) -> None:
        name = getattr(event.function, "__name__", "")
        result = event.result
        if name in _CASTS and isinstance(result, Tensor) and result.is_floating_point():
            given = event.arguments[0]
            if (
                isinstance(given, Tensor)
                and not given.is_floating_point()
                and given.dtype != torch.bool
            ):
                number = id(result)
                casts[number] = ref(result, lambda _: casts.pop(number, None)), ref(given)
        elif name in _LOSSES:
            target = event.named.get(
                "target", event.arguments[1] if len(event.arguments) > 1 else None
            )
            if not isinstance(target, Tensor):
                return
            known = casts.get(id(target))
            cast = known is not None and known[0]() is target
            if cast or whole(target):
                note(target, cast)

    def note(target: Tensor, cast: bool) -> None:
        some = target.detach().reshape(-1)[:1024]
        if len(some) == 0 or float(some.min()) < 0 or float(some.max()) > 1000:
            return
        place = here()
        values, times, before = found.get(place, (set[int](), 0, False))
        found[place] = values | {int(value) for value in some.tolist()}, times + 1, cast or before

    def ended(_: Ended) -> None:
        for place, (values, times, cast) in found.items():
            classes = len(values)
            if times < 2 or not 3 <= classes <= 50 or values != set(range(classes)):
                continue
            tree = None if place is None else facts.sources.tree(place.file)
            words = _words(tree) if tree is not None else set[str]()
            if tree is None or place is None or not _rounds(tree):
                continue
            if not cast and not words & _NAMED:
                continue
            own = _words(*(node for node in ast.walk(tree) if _on(node, place)))
            if words & set(_ORDERED) and not own & _NEVER_ORDERED:
                continue
            facts.report(
                RULE.name,
                "warning" if words & _NAMED else "note",
                place,
                f"the targets are the whole numbers 0 to {classes - 1}, and predictions are rounded to "
                "them: if these are classes, the loss takes class 2 to lie between 1 and 3",
                f"Give the model {classes} outputs and use cross_entropy; argmax is the prediction.",
                classes=classes,
            )

    return {Operation: operation, Ended: ended}


def whole(target: Tensor) -> bool:
    """Whether a target is one whole number a row."""
    if not target.is_floating_point() or target.dim() == 0 or target.numel() != len(target):
        return False
    some = target.detach()[:1024]
    return bool((some == some.round()).all())


def _on(node: ast.AST, place: Place) -> bool:
    """Whether an expression stands on a place's lines."""
    return isinstance(node, ast.expr) and place.line <= node.lineno <= (
        place.end_line or place.line
    )


def _words(*trees: ast.AST) -> set[str]:
    """The words of which names are made."""
    found: set[str] = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        name = (
            getattr(node, "id", "") or getattr(node, "attr", "") or getattr(node, "name", "") or ""
        )
        if isinstance(name, str) and name != "round":
            found.update(word.rstrip("s") for word in name.lower().split("_"))
    return found


def _rounds(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "round" for node in ast.walk(tree))


RULE = Rule(
    name="regression-loss-on-class-ids",
    severity="warning",
    what="A regression loss is fitted to the numbers of classes.",
    why="Squared error takes the numbers as quantities: it punishes 3 for 0 nine times as much as 1 for "
    "0, and between two classes it finds a third. The order of classes is an accident.",
    seen="The target of a regression loss was cast from whole numbers 0 to K-1 for 3 to 50 values of K, "
    "all of which occur, and the script rounds tensors; a warning where its names speak of classes, and then also "
    "for one such number a row that was cast before.",
    silent="Ratings, counts, ages and other ordered numbers, as far as names tell; one-hot targets.",
    bad="loss = F.mse_loss(net(x).squeeze(1), label.float())\n",
    good="loss = F.cross_entropy(net(x), label)\n",
    watch=watch,
)

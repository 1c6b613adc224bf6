"""Training data that comes class by class."""

from typing import Any, cast
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef

from fourbeat.check.facts import Facts
from fourbeat.check.graph import CALCULUS, name_of, node_of, through
from fourbeat.check.ledger import Run
from fourbeat.check.passes import Pass
from fourbeat.check.rule import Readers, Rule
from fourbeat.data.batch import tensors
from fourbeat.finding import Place
from fourbeat.observe.finer import Called, Calling, Differentiating, Ended, Given
from fourbeat.sanity.order import by_class, labels

_RUNS = 1024
"""Losses, from the start, whose targets are kept."""

_STEPS = 16
"""Updates, from the start, in which a state shows that is carried from batch to batch."""

MOST = 20_000
"""Labels of a pass that are looked at, and only of the first two over a dataset."""


def watch(facts: Facts) -> Readers:
    """Gather the labels of the first passes, and of the first losses where no loader is at work."""
    gathered: WeakKeyDictionary[Pass, list[float]] = WeakKeyDictionary()
    last: WeakKeyDictionary[Pass, int] = WeakKeyDictionary()

    loaders = stateful = False
    answers: WeakKeyDictionary[nn.Module, tuple[int, list[StorageWeakRef]]] = WeakKeyDictionary()
    targets: dict[int, list[float]] = {}

    def calling(event: Calling) -> None:
        nonlocal stateful
        if stateful or facts.passes.updates > _STEPS:
            return
        updates, known = answers.get(event.module, (0, []))
        if updates < facts.passes.updates:
            given = [StorageWeakRef(one.untyped_storage()) for one in dense(event.inputs)]
            stateful = any(one in known for one in given)

    def called(event: Called) -> None:
        if not stateful and event.grad and facts.passes.updates < _STEPS:
            kept = [StorageWeakRef(one.untyped_storage()) for one in dense(event.output)]
            answers[event.module] = facts.passes.updates, kept

    def differentiating(event: Differentiating) -> None:
        if loaders or not event.accumulates or len(targets) >= _RUNS or not event.roots:
            return
        found = target_of(event.roots[0])
        if found is not None and len(found) >= 4:
            targets[facts.ledger.runs] = found

    def ended(_: Ended) -> None:
        """Batches that are the same in each round, class by class: rows are sliced in their own order."""
        n = None if loaders or stateful or not targets else facts.rounds.length(2)
        runs = facts.rounds.runs[: n or 0]
        if not runs or any(not of_rows(run, targets.get(run.number, [])) for run in runs):
            return
        told = by_class([label for run in runs for label in targets[run.number]])
        if told is not None:
            fix = "Draw a new order of the rows for each epoch: torch.randperm(len(x)).split(size)."
            place = loop_of(facts, runs[0].frames)
            facts.report(RULE.name, "error", place, told.message, fix, **told.evidence)

    def giving(one: Pass, event: Given) -> None:
        nonlocal loaders
        loaders = True
        if one.number > 2 or (one.batches and one not in gathered):
            return
        found, rows = labels(event.batch), numbers(event.rows)
        if not found or len(found) < 4 or not rows or rows != sorted(rows):
            gathered.pop(one, None)
            return
        if one.batches and rows[0] < last[one]:
            gathered.pop(one, None)
            return
        last[one] = rows[-1]
        kept = gathered.setdefault(one, [])
        if len(kept) < MOST:
            kept += found

    def ending(one: Pass) -> None:
        found = gathered.pop(one, None)
        if found is None or stateful or one.batches < 3 or 2 * one.trained < one.batches:
            return
        told = by_class(found)
        if told is not None:
            place = one.made or one.place
            facts.report(RULE.name, "error", place, told.message, told.fix, **told.evidence)

    facts.passes.giving.append(giving)
    facts.passes.ending.append(ending)
    return {
        Calling: calling,
        Called: called,
        Differentiating: differentiating,
        Ended: ended,
    }


def dense(values: Any) -> list[Tensor]:
    """Tensors of a nested value that lie in memory of their own."""
    return [one for one in tensors(values) if one.layout == torch.strided]


def of_rows(run: Run, found: list[float]) -> bool:
    """Whether labels are one for each row that a model was given, and not one for each pixel or word."""
    return bool(found) and any(shape[:1] == (len(found),) for shape, *_ in run.inputs[:1])


def target_of(root: Tensor) -> list[float] | None:
    """The classes that a loss is computed from, one a row, as its graph keeps them."""
    node = node_of(root)
    loss = through(node, CALCULUS) if node is not None else None
    if loss is None or not name_of(loss).startswith(("NllLossBackward", "BinaryCrossEntropy")):
        return None
    target = getattr(loss, "_saved_target", None)
    if not isinstance(target, Tensor) or target.numel() != len(target) or target.numel() > 4096:
        return None
    return [float(one) for one in target.reshape(-1).tolist()]


def loop_of(facts: Facts, frames: list[Place]) -> Place | None:
    """The head of the innermost loop that led to a line."""
    for place in frames:
        loops = facts.sources.loops(place)
        if loops:
            return Place(place.file, loops[-1].lineno, loops[-1].lineno, place.function)
    return frames[0] if frames else None


def numbers(rows: Any) -> list[int]:
    """Numbers of rows, if a sampler drew any."""
    if not isinstance(rows, list | tuple):
        return []
    whole = cast(list[Any], rows)
    return [row for row in whole if isinstance(row, int)]


RULE = Rule(
    name="training-data-not-shuffled",
    severity="error",
    what="The training data is sorted by class, and the loader gives it in that order.",
    why="Each batch holds one class. The model learns to say that class, and forgets it with the next: "
    "the loss of a batch falls, and the model learns nothing.",
    seen="In a pass that is trained on, whose rows come in their own order, the label changes less than "
    "0.15 times as often as it would in a random order. Without a loader, the same batches come in each round.",
    silent="Data that is mixed already; targets that are no classes; one batch with all data; loaders "
    "that are not trained on; models that are given their own last answer: a state that is carried from batch to batch.",
    bad="loader = DataLoader(sorted_by_class, batch_size=32)\n",
    good="loader = DataLoader(sorted_by_class, batch_size=32, shuffle=True)\n",
    watch=watch,
)

"""Random numbers that begin again with every epoch."""

import ast
from collections import Counter
from typing import Any
from weakref import WeakKeyDictionary, ref

import torch
from torch.optim import Optimizer
from torch.utils.data import RandomSampler, SubsetRandomSampler, WeightedRandomSampler

from fourbeat.check.facts import Facts
from fourbeat.check.passes import Pass, samplers
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import Sources, around
from fourbeat.finding import Place
from fourbeat.observe.events import Updating
from fourbeat.observe.finer import Ended, Given, Seeded
from fourbeat.observe.place import stack

_SEEDS = frozenset({"seed", "manual_seed", "default_rng", "RandomState", "Random"})
_GLOBAL = frozenset({"torch", "random", "np.random", "numpy.random"})
_ORDERS = frozenset({"permutation", "permuted", "shuffle", "randperm", "choice", "sample"})

RANDOM = (RandomSampler, SubsetRandomSampler, WeightedRandomSampler)


def watch(facts: Facts) -> Readers:
    """Count seeds that an optimizer's steps follow, and compare the orders of passes."""
    waiting: tuple[int, Place] | None = None
    counts: WeakKeyDictionary[Optimizer, Counter[tuple[int, Place]]] = WeakKeyDictionary()
    orders: WeakKeyDictionary[Pass, list[Any]] = WeakKeyDictionary()
    before: dict[int, tuple[list[Any], ref[Optimizer] | None]] = {}
    reported = False
    loaders: dict[Place, int] = {}

    def seeded(event: Seeded) -> None:
        nonlocal waiting
        place = seeder(facts.sources, stack())
        waiting = None if place is None else (event.seed, place)

    def updating(event: Updating) -> None:
        nonlocal waiting, reported
        if waiting is None:
            return
        seen, waiting = waiting, None
        # A seed that is taken back before training goes on is none of its business.
        if torch.initial_seed() != seen[0]:
            return
        count = counts.setdefault(event.optimizer, Counter())
        count[seen] += 1
        if count[seen] == 3:
            reported = True
            facts.report(
                RULE.name,
                "error",
                seen[1],
                f"the seed {seen[0]} is set again and again while the training goes on: each time the "
                "same random numbers come",
                "Seed once, before the training; or add the epoch to the seed.",
                seed=seen[0],
            )

    def giving(one: Pass, event: Given) -> None:
        loader = one.loader()
        if one.batches == 0:
            if loader is None or not any(isinstance(s, RANDOM) for s in samplers(loader)):
                return
            orders[one] = []
        kept = orders.get(one)
        if kept is not None and len(kept) < 8:
            kept.append(str(event.rows) if event.rows is not None else None)

    def ending(one: Pass) -> None:
        order = orders.pop(one, None)
        if not order or len(order) < 3 or None in order or not one.trained or one.place is None:
            return
        was, optimizer = before.get(one.dataset, ([], None))
        before[one.dataset] = order, one.optimizer
        same = (
            optimizer is not None and one.optimizer is not None and optimizer() is one.optimizer()
        )
        if was == order and same:
            place = seeding(facts.sources, one) or one.place
            loaders[place] = loaders.get(place, 1) + 1

    def ended(_: Any) -> None:
        n = None if reported or loaders else facts.rounds.length(3)
        place = drawn(facts.sources, facts.rounds.runs[0].frames) if n else None
        if n and place is not None:
            facts.report(
                RULE.name,
                "error",
                place,
                f"the same {n} batches come in the same order, round after round: this generator is seeded anew "
                "for each",
                "Seed the generator once, before the training; or add the epoch to the seed.",
                rounds=len(facts.rounds.runs) // n,
            )
        for place, passes in loaders.items():
            if reported:
                return
            facts.report(
                RULE.name,
                "error",
                place,
                f"{passes} passes in a row draw their rows in the same random order: its generator is "
                "seeded anew for each",
                "Seed the generator once, before the training; or add the epoch to the seed.",
                passes=passes,
            )

    facts.passes.giving.append(giving)
    facts.passes.ending.append(ending)
    return {Seeded: seeded, Updating: updating, Ended: ended}


def seeder(sources: Sources, frames: list[Place]) -> Place | None:
    """The line that seeds: of a helper that does nothing else, where it is called."""
    for place in frames:
        if "seed" not in place.function.rsplit(".", 1)[-1].lower() or sources.loops(place):
            return place
    return frames[-1] if frames else None


def drawn(sources: Sources, frames: list[Place]) -> Place | None:
    """Where a generator is seeded in each round, before an order is drawn, in a function that led to a step.

    Args:
        sources: of the files.
        frames: the lines that led to the step, the innermost first.
    """
    for k, frame in enumerate(frames):
        tree, loops = sources.tree(frame.file), sources.loops(frame)
        again = frame.function != "<module>" and any(map(sources.loops, frames[k + 1 :]))
        if tree is None or not (again or loops):
            continue
        scope = around(tree, frame.line) if again else loops[0]
        calls_before = sorted(
            (node for node in ast.walk(scope) if isinstance(node, ast.Call)),
            key=lambda node: node.lineno,
        )
        named = [
            (ast.unparse(node.func).rsplit(".", 1)[-1], node)
            for node in calls_before
            if node.lineno <= frame.line and (node.args or node.keywords)
        ]
        for i, (name, node) in enumerate(named):
            if name in _SEEDS and any(later in _ORDERS for later, _ in named[i + 1 :]):
                return Place(frame.file, node.lineno, node.end_lineno or node.lineno)
    return None


def seeding(sources: Sources, one: Pass) -> Place | None:
    """The line that seeds a pass's generator: in the function that made its loader, or else within most loops."""
    made, loader = one.made or one.place, one.loader()
    tree = sources.tree(made.file) if made is not None else None
    if made is None or tree is None or loader is None:
        return None
    own = any(getattr(each, "generator", None) is not None for each in (loader, *samplers(loader)))
    maker = around(tree, made.line)
    found: list[tuple[bool, int, Place]] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or node.attr not in ("manual_seed", "seed"):
            continue
        if own and ast.unparse(node.value) in _GLOBAL:
            continue
        line = Place(made.file, node.lineno, node.end_lineno or node.lineno)
        near = maker is not tree and around(tree, node.lineno) is maker
        found.append((near, len(sources.loops(line)), line))
    return max(found, key=lambda each: each[:2])[2] if found else None


RULE = Rule(
    name="rng-reseeded-every-epoch",
    severity="error",
    what="The random generator is given the same seed in every epoch.",
    why="Each epoch has the same order of rows, the same noise and the same dropout masks. The model sees "
    "fewer variations than it seems, and may learn them by heart.",
    seen="One line sets one seed three times, and each time the same optimizer's steps follow while the "
    "seed is in force; or passes that one optimizer trains on draw the same random order; or, without a loader, "
    "the same batches come in the same order three times, and a generator is seeded for each before it draws an order.",
    silent="A seed that is taken back after an evaluation; a seed that changes with the epoch; a new "
    "model for each seed; generators of the evaluation.",
    bad="for epoch in range(10):\n    torch.manual_seed(0)\n    train_epoch()\n",
    good="torch.manual_seed(0)\nfor epoch in range(10):\n    train_epoch()\n",
    watch=watch,
)

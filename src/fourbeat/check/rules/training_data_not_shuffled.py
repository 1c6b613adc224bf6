"""Training data that comes class by class."""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, cast
from weakref import WeakKeyDictionary

from torch import Tensor

from fourbeat.check.facts import Facts
from fourbeat.check.passes import Pass
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Given

MOST = 20_000
"""Labels of a pass that are looked at, and only of the first two over a dataset."""


def watch(facts: Facts) -> Readers:
    """Gather the labels of the first passes."""
    gathered: WeakKeyDictionary[Pass, list[float]] = WeakKeyDictionary()
    last: WeakKeyDictionary[Pass, int] = WeakKeyDictionary()

    def giving(one: Pass, event: Given) -> None:
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
        if found is None or one.batches < 3 or 2 * one.trained < one.batches:
            return
        counts = Counter(found)
        n = len(found)
        if n < 40 or len(counts) < 2 or 8 * len(counts) > n or max(counts.values()) > 0.9 * n:
            return
        changes = sum(a != b for a, b in pairwise(found))
        expected = (n - 1) * (1 - sum((c / n) ** 2 for c in counts.values()))
        if changes > 0.15 * expected:
            return
        facts.report(
            RULE.name,
            "error",
            one.made or one.place,
            f"the training data comes class by class and is not shuffled: the label changes {changes} "
            f"times in {n} rows, of {expected:.0f} in any order",
            "Give the DataLoader shuffle=True.",
            rows=n,
            classes=len(counts),
            label_changes=changes,
        )

    facts.passes.giving.append(giving)
    facts.passes.ending.append(ending)
    return {}


def numbers(rows: Any) -> list[int]:
    """Numbers of rows, if a sampler drew any."""
    if not isinstance(rows, list | tuple):
        return []
    whole = cast(list[Any], rows)
    return [row for row in whole if isinstance(row, int)]


def labels(batch: Any) -> list[float] | None:
    """What looks like class ids in a batch: whole numbers, one a row; None without."""
    values: list[Any] = []
    if isinstance(batch, Mapping):
        named = cast(Mapping[str, Any], batch)
        wanted = [
            k for k in named if any(w in str(k).lower() for w in ("label", "target", "class"))
        ]
        values = [named[k] for k in wanted] or list(named.values())
    elif isinstance(batch, list | tuple):
        values = list(cast(list[Any], batch))
    for value in reversed(values):
        if isinstance(value, Tensor) and value.numel() == len(value.reshape(-1)) and value.ndim:
            flat = value.detach().reshape(-1)
            if value.ndim > 2 or len(flat) != len(value):
                continue
            if not value.is_floating_point() or bool((flat == flat.round()).all()):
                return [float(one) for one in flat.tolist()]
    return None


RULE = Rule(
    name="training-data-not-shuffled",
    severity="error",
    what="The training data is sorted by class, and the loader gives it in that order.",
    why="Each batch holds one class. The model learns to say that class, and forgets it with the next: "
    "the loss of a batch falls, and the model learns nothing.",
    seen="In a pass that is trained on, whose rows come in their own order, the label changes less than "
    "0.15 times as often as it would in a random order.",
    silent="Data that is mixed already; targets that are no classes; one batch with all data; loaders "
    "that are not trained on.",
    bad="loader = DataLoader(sorted_by_class, batch_size=32)\n",
    good="loader = DataLoader(sorted_by_class, batch_size=32, shuffle=True)\n",
    watch=watch,
)

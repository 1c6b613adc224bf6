"""Training data that comes class by class."""

from typing import Any, cast
from weakref import WeakKeyDictionary

from fourbeat.check.facts import Facts
from fourbeat.check.passes import Pass
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Given
from fourbeat.sanity.order import by_class, labels

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
        told = by_class(found)
        if told is not None:
            place = one.made or one.place
            facts.report(RULE.name, "error", place, told.message, told.fix, **told.evidence)

    facts.passes.giving.append(giving)
    facts.passes.ending.append(ending)
    return {}


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
    "0.15 times as often as it would in a random order.",
    silent="Data that is mixed already; targets that are no classes; one batch with all data; loaders "
    "that are not trained on.",
    bad="loader = DataLoader(sorted_by_class, batch_size=32)\n",
    good="loader = DataLoader(sorted_by_class, batch_size=32, shuffle=True)\n",
    watch=watch,
)

"""A loader that is begun anew for each step."""

from dataclasses import dataclass
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.ledger import print_of
from fourbeat.check.passes import Pass, more
from fourbeat.check.rule import Readers, Rule
from fourbeat.data.batch import tensors
from fourbeat.finding import Place
from fourbeat.observe.finer import Given

ENOUGH = 5
"""Passes in a row that gave the same batch, and it alone."""


@dataclass(slots=True)
class _Seen:
    """Of one line that begins passes.

    Attributes:
        first: batch of the latest pass.
        alone: whether it was the only one, and not all there is.
        updates: of any optimizer, at the start of the latest pass.
        row: passes in a row with the same batch.
    """

    first: Any = None
    alone: bool = False
    updates: int = 0
    row: int = 1


def watch(facts: Facts) -> Readers:
    """Compare the first batches of passes that one line begins."""
    seen: dict[tuple[int, Place], _Seen] = {}

    def key(one: Pass) -> tuple[int, Place] | None:
        return None if one.place is None else (one.dataset, one.place)

    def giving(one: Pass, event: Given) -> None:
        at = key(one)
        if at is None:
            return
        if one.batches:
            # The pass goes on.
            if at in seen:
                seen[at].alone = False
            return
        # Any other batch in between makes it another loop.
        for other, was in seen.items():
            if other != at:
                was.row = 1
        first = (str(event.rows), [print_of(tensor) for tensor in tensors(event.batch)])
        was = seen.setdefault(at, _Seen())
        steps = facts.passes.updates - was.updates
        again = was.alone and was.first == first and 1 <= steps <= 3
        was.row = was.row + 1 if again else 1
        was.first, was.updates, was.alone = first, facts.passes.updates, more(event.iterator)
        if was.row == ENOUGH:
            facts.report(
                RULE.name,
                "error",
                at[1],
                "a new pass over the data begins for each step, and gives the same first batch each time: "
                "all other rows are never seen",
                "Make the iterator once and take the next batch of it, or loop over the loader.",
                passes=was.row,
                rows_of_the_batch=event.rows,
            )

    facts.passes.giving.append(giving)
    return {}


RULE = Rule(
    name="same-batch-every-step",
    severity="error",
    what="Every step takes the first batch of a new pass, and it is the same one.",
    why="`next(iter(loader))` begins at the beginning each time. The model is trained on one batch, and "
    "the loss falls as it learns it by heart.",
    seen="One line begins five passes in a row, with a step after each, and takes one batch of each, with "
    "the same rows and values.",
    silent="One batch that is fetched once and used on purpose; passes that are shuffled; a batch that is "
    "all there is.",
    bad="for step in range(1000):\n    x, y = next(iter(loader))\n    train(x, y)\n",
    good="for x, y in loader:\n    train(x, y)\n",
    watch=watch,
)

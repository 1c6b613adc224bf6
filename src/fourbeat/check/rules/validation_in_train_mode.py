"""A model that is evaluated as if it were trained."""

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.modes import Call
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Ended


@dataclass(slots=True)
class _Seen:
    """What calls of one line were like.

    Attributes:
        calls: of it.
        gaps: updates between two calls, where there were any.
        last: updates at the latest call.
        given: what that was given.
        repeats: calls in a row on the same input, at most.
    """

    calls: int = 0
    gaps: list[int] = field(default_factory=list[int])
    last: int = 0
    given: Any = None
    row: int = 1
    repeats: int = 1

    def add(self, call: Call) -> None:
        """One more."""
        again = call.updates == self.last and call.given == self.given and self.calls > 0
        self.row = self.row + 1 if again else 1
        self.repeats = max(self.repeats, self.row)
        if call.updates > self.last:
            self.gaps.append(call.updates - self.last)
        self.calls, self.last, self.given = self.calls + 1, call.updates, call.given


def watch(facts: Facts) -> Readers:
    """Gather calls without gradients in training mode, by line."""
    seen: dict[Place, _Seen] = defaultdict(_Seen)

    def called(call: Call) -> None:
        wrong = not call.grad and call.training and call.active and call.trained
        if wrong and not call.discarded and call.place is not None:
            seen[call.place].add(call)

    def ended(_: Any) -> None:
        adversaries = len(facts.ledger.optimizers()) > 1
        for place, one in seen.items():
            # A call with each update or two is part of the step: a target, or the other player's part.
            if not one.gaps or median(one.gaps) <= 3 or one.repeats > 2:
                continue
            facts.report(
                RULE.name,
                "note" if adversaries else "error",
                place,
                "the model is evaluated in training mode: dropout drops, or batch normalisation uses and "
                "moves the statistics of the batch",
                "Call model.eval() before the evaluation, and model.train() after it.",
                calls=one.calls,
                evaluations=len(one.gaps),
            )

    facts.modes.calls.append(called)
    return {Ended: ended}


RULE = Rule(
    name="validation-in-train-mode",
    severity="error",
    what="A model is evaluated while its dropout or batch normalisation layers are in training mode.",
    why="Dropout makes the result noisy and too bad. Batch normalisation lets the rows of a batch "
    "influence each other, and takes the validation data into its running statistics.",
    seen="Calls of a model without gradients, in training mode, of layers that were trained; with several "
    "updates between them and the calls before.",
    silent="Models whose layers do not depend on the mode; a call with each update, as of a target; "
    "Monte Carlo dropout, which calls the model several times on one input; calls whose answer is "
    "thrown away, which recompute statistics.",
    bad="for epoch in range(10):\n"
    "    train_epoch(model)\n"
    "    with torch.no_grad():\n"
    "        accuracy = (model(x_val).argmax(1) == y_val).float().mean()\n",
    good="for epoch in range(10):\n"
    "    model.train()\n"
    "    train_epoch(model)\n"
    "    model.eval()\n"
    "    with torch.no_grad():\n"
    "        accuracy = (model(x_val).argmax(1) == y_val).float().mean()\n",
    watch=watch,
)

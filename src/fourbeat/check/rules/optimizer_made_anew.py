"""An optimizer that forgets what it has learned of the gradients."""

from itertools import count
from typing import Any
from weakref import WeakKeyDictionary, ref

from torch import Tensor
from torch.optim import Optimizer

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.events import Updated
from fourbeat.observe.finer import Ended, Made, StateGiven
from fourbeat.observe.place import here
from fourbeat.observe.steps import parameters


def watch(facts: Facts) -> Readers:
    """Count optimizers that one line makes for the same parameters."""
    first: dict[Place, ref[Tensor]] = {}
    used: dict[Place, set[int]] = {}
    counts = count()
    updates: dict[Place, int] = {}
    of: WeakKeyDictionary[Optimizer, tuple[Place, int]] = WeakKeyDictionary()
    loaded = False

    def making(event: Made) -> None:
        nonlocal loaded
        place = here()
        own = next(iter(parameters(event.optimizer)), None)
        if place is None or own is None:
            return
        known = first.get(place)
        if known is None or known() is not own or loaded:
            first[place], used[place], updates[place] = ref(own), set(), 0
        loaded = False
        of[event.optimizer] = place, next(counts)

    def updated(event: Updated) -> None:
        known = of.get(event.optimizer)
        # One without a state has nothing to forget.
        if known is not None and any(event.optimizer.state.get(p) for p in _few(event.optimizer)):
            states = [event.optimizer.state[p] for p in _few(event.optimizer)]
            if any(value is not None for state in states for value in state.values()):
                place, number = known
                updates[place] += 1
                used[place].add(number)

    def state_given(_: StateGiven) -> None:
        nonlocal loaded
        loaded = True

    def ended(_: Any) -> None:
        for place, numbers in used.items():
            if (many := len(numbers)) >= 3:
                each = updates[place] / many
                facts.report(
                    RULE.name,
                    "warning" if each <= 2 else "note",
                    place,
                    f"{many} optimizers are made for the same parameters, one for every {each:.0f} updates: "
                    "each begins without the momentum and the statistics of the one before",
                    "Make the optimizer once, before the loop.",
                    optimizers=many,
                    updates=updates[place],
                )

    return {Made: making, Updated: updated, StateGiven: state_given, Ended: ended}


def _few(optimizer: Optimizer) -> list[Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"][:2]]


RULE = Rule(
    name="optimizer-made-anew",
    severity="warning",
    what="An optimizer is made anew in each step.",
    why="Momentum and second moments begin at nothing each time. Adam's first step has the same size in "
    "every direction: the training is sign descent, and schedules have no effect.",
    seen="One line makes three optimizers or more for the same parameters, with updates that leave a state "
    "between them. One for many updates is only noted.",
    silent="Optimizers without a state; new models; weights that are loaded before.",
    bad="for x, y in loader:\n    optimizer = torch.optim.Adam(model.parameters())\n    ...\n",
    good="optimizer = torch.optim.Adam(model.parameters())\nfor x, y in loader:\n    ...\n",
    watch=watch,
)

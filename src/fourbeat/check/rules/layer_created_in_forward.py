"""Layers that are built anew, with new random weights, for every step."""

from torch.optim import Optimizer

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Ended

_TIMES = 3
"""How many steps have to build it anew."""


def watch(facts: Facts) -> Readers:
    """See which lines build layers that live for one step."""
    found: dict[Place, int] = {}

    def judge(_: Optimizer) -> None:
        found.update((p, n) for p, n in facts.census.repeats.items() if n >= _TIMES)

    def ended(_: Ended) -> None:
        for place, times in found.items():
            facts.report(
                RULE.name,
                "error",
                place,
                f"a layer is built here anew for each step ({times} seen): its weights are random every "
                "time, and no optimizer ever has them",
                "Build it once in __init__, and call it here.",
                steps=times,
            )

    facts.census.judges.append(judge)
    return {Ended: ended}


RULE = Rule(
    name="layer-created-in-forward",
    severity="error",
    what="A layer with parameters is built within the forward pass.",
    why="It has new random weights in every step. They get gradients, no optimizer holds them, and they "
    "are thrown away: the network is trained against noise, and predicts with other noise.",
    seen="In three or more steps, a module with parameters was built on the same line since the last "
    "backward, the loss reached it, and no optimizer holds it.",
    silent="Lazy modules and layers that the first call builds; networks whose weights another network "
    "makes; models that are built once for each fold.",
    bad="def forward(self, x):\n    return nn.Linear(x.size(1), 16)(x)\n",
    good="def __init__(self):\n    self.linear = nn.Linear(8, 16)\n\n"
    "def forward(self, x):\n    return self.linear(x)\n",
    watch=watch,
)

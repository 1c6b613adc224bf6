"""A part of the network whose values leave the graph on their way to the loss."""

from collections.abc import Sequence
from weakref import ref

from torch import Tensor
from torch.optim import Optimizer

from fourbeat.check.census import shapes
from fourbeat.check.cuts import Cut
from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import without_gradients
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiating, Ended
from fourbeat.observe.steps import parameters

_RUNS = 2
"""Backwards in which a cut has to lie before the loss."""


def watch(facts: Facts) -> Readers:
    """Note which parameters stand behind a cut, and whether a loss ever reaches them another way."""
    behind: dict[int, tuple[ref[Tensor], Cut, int]] = {}
    lost: dict[Place, tuple[str, int, str]] = {}

    def differentiating(event: Differentiating) -> None:
        if not event.accumulates:
            return
        for cut in facts.cuts.of_root:
            for weak in cut.parameters:
                p = weak()
                if p is None or id(p) in facts.census.reached:
                    continue
                known = behind.get(id(p))
                count = known[2] if known is not None and known[0]() is p else 0
                first = known[1] if known is not None and count else cut
                behind[id(p)] = (weak, first, count + 1)

    def judge(optimizer: Optimizer) -> None:
        own = [p for p in parameters(optimizer) if p.requires_grad]
        never = [p for p in own if not facts.census.of(p).reached and p.grad is None]
        lost.clear()
        if len(never) == len(own):
            return
        groups: dict[int, list[Tensor]] = {}
        cuts: dict[int, Cut] = {}
        for p in never:
            weak, cut, count = behind.get(id(p), (None, None, 0))
            if weak is not None and cut is not None and weak() is p and count >= _RUNS:
                groups.setdefault(id(cut), []).append(p)
                cuts[id(cut)] = cut
        for number, group in groups.items():
            note(cuts[number], group)

    def note(cut: Cut, group: Sequence[Tensor]) -> None:
        if cut.place is not None:
            place = cut.place if cut.grad else without_gradients(facts.sources, cut.frames)
            how = cut.how if cut.grad else "no_grad"
            before = lost.get(place, ("", 0, ""))
            lost[place] = (how, before[1] + len(group), before[2] or shapes(group[:4]))

    def ended(_: Ended) -> None:
        for place, (how, count, some) in lost.items():
            facts.report(
                RULE.name,
                "error",
                place,
                f"values leave the graph here ({how}): {count} parameters of the optimizer's behind it "
                "are used for the loss and never get a gradient",
                "Leave the detachment out; or, if this part is not to be trained, give the optimizer the "
                "other parameters alone.",
                parameters=count,
                shapes=some,
            )

    facts.census.judges.append(judge)
    return {Differentiating: differentiating, Ended: ended}


RULE = Rule(
    name="graph-cut-inside-forward",
    severity="error",
    what="Within the forward pass values are detached, and what computed them is never trained.",
    why="`detach`, `.data`, `numpy`, `argmax` and `no_grad` end the graph. The loss still falls, by what "
    "comes after the cut; all before it stays as it was initialised.",
    seen="What left the graph came back into the loss, the parameters behind it are in the optimizer, "
    "and no backward of the run reaches them, while it reaches others of the same optimizer.",
    silent="Targets with a stopped gradient, straight-through estimators and vector quantisers, whose "
    "parameters are reached another way; frozen parts; phases; what no optimizer holds.",
    bad="def forward(self, x):\n    h = self.features(x).detach()\n    return self.head(h)\n",
    good="def forward(self, x):\n    return self.head(self.features(x))\n",
    watch=watch,
)

"""One gradient that moves a parameter twice."""

from weakref import WeakKeyDictionary

from torch.optim import Optimizer

from fourbeat.check.facts import Facts
from fourbeat.check.ledger import Step, Tally
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.steps import parameters


def watch(facts: Facts) -> Readers:
    """See steps that take what another optimizer's step on the same parameters has just taken."""
    twice = Tally()
    shared: WeakKeyDictionary[Optimizer, tuple[int, int]] = WeakKeyDictionary()

    def sharing(own: Optimizer) -> int:
        """Parameters that another optimizer holds too; looked at anew when there are more of them."""
        others = [one for one in facts.ledger.optimizers() if one is not own]
        known = shared.get(own)
        if known is not None and known[0] == len(others):
            return known[1]
        ids = {id(p) for p in parameters(own)}
        groups = {id(group) for group in own.param_groups}
        count = sum(
            id(p) in ids
            for one in others
            if not any(id(group) in groups for group in one.param_groups)
            for p in parameters(one)
        )
        shared[own] = len(others), count
        return count

    def stepping(step: Step) -> None:
        own = step.owner()
        if own is None or not step.runs or not (count := sharing(own)):
            return
        ids = {id(p) for p in parameters(own)}
        for other in facts.ledger.optimizers():
            if other is own or not any(id(p) in ids for p in parameters(other)):
                continue
            if all(id(other) in run.consumed and id(other) in run.fed for run in step.runs):
                if twice.add(step) == 3:
                    facts.report(
                        RULE.name,
                        "warning",
                        step.place,
                        f"{count} parameters are in two optimizers, and both step on the same gradients: "
                        "they are moved twice",
                        "Give each parameter to one optimizer.",
                        parameters=count,
                    )
                return

    facts.ledger.steps.append(stepping)
    return {}


RULE = Rule(
    name="parameter-in-two-optimizers",
    severity="warning",
    what="Two optimizers hold the same parameters and step on the same gradients.",
    why="Each update is made twice, by two rules and with two learning rates, and the momentum of neither "
    "fits what happened.",
    seen="Three steps of an optimizer take gradients that another optimizer, which holds some of its "
    "parameters, has taken already.",
    silent="Optimizers that share parameters and step on losses of their own, with a clear in between; "
    "wrappers of an optimizer.",
    bad="a = Adam([*body.parameters(), *head.parameters()])\nb = SGD(body.parameters(), lr=0.1)\n"
    "loss.backward()\na.step()\nb.step()\n",
    good="a = Adam(head.parameters())\nb = SGD(body.parameters(), lr=0.1)\n"
    "loss.backward()\na.step()\nb.step()\n",
    watch=watch,
)

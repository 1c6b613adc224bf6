"""An optimizer whose parameters no loss ever reaches."""

from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.ledger import Step, is_zero
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiated, Differentiating, Ended
from fourbeat.observe.steps import parameters


def watch(facts: Facts) -> Readers:
    """See which optimizers step and are never given a gradient, though backwards run."""
    idle: dict[int, tuple[int, Place | None, str]] = {}
    fed: set[int] = set()
    place: Place | None = None
    how = ""
    runs = 0
    seen: dict[int, int] = {}

    def differentiating(event: Differentiating) -> None:
        nonlocal place, how
        if event.accumulates:
            place = facts.ledger.root_place
            if facts.cuts.of_root:
                cut = facts.cuts.of_root[0]
                how = f"{cut.how} at {cut.place}"
            elif any(root.grad_fn is None for root in event.roots):
                how = "the loss was computed without gradients"

    def differentiated(event: Differentiated) -> None:
        nonlocal runs
        runs += event.accumulates and event.done

    def stepping(step: Step) -> None:
        if step.key in fed:
            return
        optimizer: Any = step.owner()
        own = [p for p in parameters(optimizer) if p.requires_grad]
        given = [p.grad for p in own if p.grad is not None]
        if step.fed or step.runs or not own or any(not is_zero(g) for g in given):
            fed.add(step.key)
        elif runs > seen.get(step.key, 0):
            seen[step.key] = runs
            idle[step.key] = (idle.get(step.key, (0,))[0] + 1, place, facts.names(optimizer))

    def ended(_: Ended) -> None:
        for key, (steps, where, name) in idle.items():
            if key in fed or steps < 3:
                continue
            facts.report(
                RULE.name,
                "error",
                where,
                f"backward reaches no parameter of {name}: its {steps} steps change nothing",
                "Compute the loss from the model's output by differentiable functions, without .item(), "
                ".numpy(), .detach() or a new tensor; and give the optimizer the parameters of the "
                "model that is called.",
                steps=steps,
                left_the_graph_by=how or "other parameters are reached",
            )

    facts.ledger.steps.append(stepping)
    return {Differentiating: differentiating, Differentiated: differentiated, Ended: ended}


RULE = Rule(
    name="loss-detached-from-model",
    severity="error",
    what="No loss reaches any parameter of an optimizer that steps.",
    why="`backward` runs and raises nothing, for the loss was made to require gradients by hand, or "
    "belongs to another model. The optimizer's parameters have no gradient: nothing is learnt.",
    seen="In the whole run, an optimizer's parameters were never given a gradient, though backwards ran "
    "before at least three of its steps.",
    silent="Optimizers that have to wait for their phase; inputs that are optimised; gradients that are "
    "set by hand.",
    bad="pred = torch.tensor(net(x).tolist(), requires_grad=True)\nF.mse_loss(pred, y).backward()\n",
    good="F.mse_loss(net(x), y).backward()\n",
    watch=watch,
)

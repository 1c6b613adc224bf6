"""An optimizer whose parameters no loss ever reaches."""

from typing import Any
from weakref import ref

from torch import Tensor, nn

from fourbeat.check.facts import Facts
from fourbeat.check.graph import leaves, node_of
from fourbeat.check.ledger import Step, is_zero
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiated, Differentiating, Ended, Operation
from fourbeat.observe.place import here
from fourbeat.observe.steps import parameters


def watch(facts: Facts) -> Readers:
    """See which optimizers step and are never given a gradient, though backwards run."""
    idle: dict[int, tuple[int, Place | None, str]] = {}
    fed: set[int] = set()
    place: Place | None = None
    how = ""
    runs = 0
    seen: dict[int, int] = {}
    born: dict[int, tuple[ref[Tensor], Place | None]] = {}
    began: dict[Place | None, Place | None] = {}  # by the backward's line: where its graph begins

    def operation(event: Operation) -> None:
        made: Any = event.result
        if not isinstance(made, Tensor) or isinstance(made, nn.Parameter):
            return
        if made.requires_grad and node_of(made) is None:
            number = id(made)
            born[number] = ref(made, lambda _: born.pop(number, None)), here()

    def beginning(event: Differentiating) -> Place | None:
        """Where the only value was made that a loss is computed from, if it is nobody's parameter."""
        found = leaves(event.roots) if born else []
        one, line = born.get(id(found[0]), (None, None)) if len(found) == 1 else (None, None)
        return line if one is not None and one() is found[0] else None

    def differentiating(event: Differentiating) -> None:
        nonlocal place, how
        if event.accumulates:
            root = facts.ledger.root_place
            place = began.setdefault(root, beginning(event)) or root
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
    return {
        Operation: operation,
        Differentiating: differentiating,
        Differentiated: differentiated,
        Ended: ended,
    }


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

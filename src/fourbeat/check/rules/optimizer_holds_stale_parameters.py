"""An optimizer that steps on parameters which the model no longer has."""

from torch import Tensor
from torch.optim import Optimizer

from fourbeat.check.census import shapes
from fourbeat.check.facts import Facts
from fourbeat.check.ledger import Step
from fourbeat.check.orphans import gone, kinds
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Ended
from fourbeat.observe.steps import parameters


def watch(facts: Facts) -> Readers:
    """After some steps, compare what optimizers hold with what the loss reaches."""
    found: dict[int, tuple[Place | None, int, int, str, str]] = {}
    places: dict[int, Place | None] = {}

    def stepping(step: Step) -> None:
        optimizer = step.owner()
        if optimizer is not None and step.number < 4:
            places[id(optimizer)] = step.place

    def judge(optimizer: Optimizer) -> None:
        own = parameters(optimizer)
        ids = {id(p) for p in own}
        stale = [p for p in gone(facts.census) if id(p) in ids]
        fresh = [known.parameter() for known, kind in kinds(facts.census) if kind == "replaced"]
        if not stale or not fresh or not any(_alike(old, new) for old in stale for new in fresh):
            found.pop(id(optimizer), None)
            return
        # One that no longer holds anything of the model's is shown where it steps in vain.
        whole = len(stale) == len(own) and any(facts.census.of(p).reached for p in stale)
        place = places.get(id(optimizer)) if whole else facts.ledger.made(optimizer)
        found[id(optimizer)] = place, len(stale), len(own), shapes(stale[:4]), shapes(fresh[:4])

    def ended(_: Ended) -> None:
        for place, stale, held, old, new in found.values():
            facts.report(
                RULE.name,
                "error",
                place,
                f"{stale} of the optimizer's {held} parameters belong to no module any more: others took "
                "their place in the model after it was made, and those are never updated",
                "Make the optimizer after the model's last change, or give it the new parameters by "
                "add_param_group; or copy values in place, under no_grad.",
                stale=stale,
                held=held,
                stale_shapes=old,
                trained_by_nobody=new,
            )

    facts.ledger.steps.append(stepping)
    facts.census.judges.append(judge)
    return {Ended: ended}


def _alike(old: Tensor, new: Tensor | None) -> bool:
    return new is not None and old.dim() == new.dim()


RULE = Rule(
    name="optimizer-holds-stale-parameters",
    severity="error",
    what="Parameters were replaced in the model, and the optimizer still holds the old ones.",
    why="An optimizer holds tensors, not names. What was put in their place afterwards, a new layer, a "
    "new `nn.Parameter`, a copy of the model, is differentiated and never updated.",
    seen="An optimizer holds parameters that no living module has and that no loss reaches, while the "
    "loss reaches parameters of modules that no optimizer ever held.",
    silent="Phases in which some optimizers rest; layers that are unfrozen; values copied in place; an "
    "optimizer that is made anew together with the model.",
    bad="optimizer = Adam(model.parameters())\nmodel.fc = nn.Linear(512, 2)\n",
    good="model.fc = nn.Linear(512, 2)\noptimizer = Adam(model.parameters())\n",
    watch=watch,
)

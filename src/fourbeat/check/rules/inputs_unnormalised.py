"""Inputs whose features differ by orders of magnitude."""

from fourbeat.check.facts import Facts
from fourbeat.check.look import each_tensor
from fourbeat.check.place import here
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Called

_CALLS = 3
_FAR = 1000.0


def watch(facts: Facts) -> Readers:
    """Read the sizes of the first inputs that a model is trained on."""
    calls = 0

    def called(event: Called) -> None:
        nonlocal calls
        calls += event.grad
        given = next(each_tensor(event.inputs), None)
        if not event.grad or calls > _CALLS or given is None or not given.is_floating_point():
            return
        if given.requires_grad or given.dim() != 2 or len(given) < 8 or _normalises(event.module):
            return
        sizes = given.detach().float().abs().mean(0)
        largest, usual = float(sizes.max()), float(sizes.median())
        if largest > _FAR and largest > _FAR * max(usual, 1e-3):
            facts.report(
                RULE.name,
                "warning",
                here(),
                f"one feature of the inputs is about {largest:.3g} in size, and the others {usual:.3g}: "
                "it drowns them in the first layer",
                "Subtract the mean and divide by the standard deviation of the training rows, feature by "
                "feature; or take logarithms of amounts.",
                largest_feature=int(sizes.argmax()),
                mean_size=round(largest, 1),
                median_size=round(usual, 4),
            )

    return {Called: called}


def _normalises(module: object) -> bool:
    """Whether a model has a layer that may do it; where it stands cannot be told."""
    parts = getattr(module, "modules", list)()
    return any("norm" in type(part).__name__.lower() for part in parts)


RULE = Rule(
    name="inputs-unnormalised",
    severity="warning",
    what="One feature of the inputs is a thousand times larger than the others.",
    why="The first layer's output is that feature alone, and so is the gradient: steps that suit it are "
    "too small for all others. The model learns late, or nothing.",
    seen="In the first batches of a table, a column's mean size is above 1000, and a thousand times that "
    "of the median column; the model has no normalising layer.",
    silent="Tables whose features are of one size; models that normalise.",
    bad="x = torch.stack([income, ratio], 1)\n",
    good="x = (x - x_train.mean(0)) / x_train.std(0)\n",
    watch=watch,
)

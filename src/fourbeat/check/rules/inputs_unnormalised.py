"""Inputs whose features differ by orders of magnitude."""

from fourbeat.check.facts import Facts
from fourbeat.check.look import each_tensor
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Called
from fourbeat.observe.place import here
from fourbeat.sanity.inputs import unnormalised

_CALLS = 3


def watch(facts: Facts) -> Readers:
    """Read the sizes of the first inputs that a model is trained on."""
    calls = 0

    def called(event: Called) -> None:
        nonlocal calls
        calls += event.grad
        given = next(each_tensor(event.inputs), None)
        if not event.grad or calls > _CALLS or given is None:
            return
        told = unnormalised(event.module, given)
        if told is not None:
            facts.report(RULE.name, "warning", here(), told.message, told.fix, **told.evidence)

    return {Called: called}


RULE = Rule(
    name="inputs-unnormalised",
    severity="warning",
    what="One feature of the inputs is a thousand times larger than the others.",
    why="The first layer's output is that feature alone, and so is the gradient: steps that suit it are "
    "too small for all others. The model learns late, or nothing.",
    seen="In the first batches of a table, a column's mean size is above 1000, and a thousand times that "
    "of the median column; or a batch of images holds whole numbers up to 255. The model has no normalising layer.",
    silent="Tables whose features are of one size; models that normalise.",
    bad="x = torch.stack([income, ratio], 1)\n",
    good="x = (x - x_train.mean(0)) / x_train.std(0)\n",
    watch=watch,
)

"""Inputs whose features differ by orders of magnitude, and pixels as they come from a file."""

from typing import Any

from torch import Tensor

from fourbeat.check.facts import Facts
from fourbeat.check.look import each_tensor
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Called, Calling, Operation
from fourbeat.observe.place import here
from fourbeat.sanity.inputs import normalises, unnormalised
from fourbeat.sanity.told import Told

_CALLS = 3


def watch(facts: Facts) -> Readers:
    """Read the sizes of the first inputs that a model is trained on."""
    calls = 0
    first = True
    pixels: Told | None = None

    def calling(_: Calling) -> None:
        nonlocal first, pixels
        first, pixels = True, None

    def operation(event: Operation) -> None:
        """See what the first convolution is given: a model may divide by itself."""
        nonlocal first, pixels
        if first and getattr(event.function, "__name__", "") == "conv2d":
            first = False
            given: Any = event.arguments[0]
            pixels = from_file(given) if isinstance(given, Tensor) else None

    def called(event: Called) -> None:
        nonlocal calls
        calls += event.grad
        given = next(each_tensor(event.inputs), None)
        if not event.grad or calls > _CALLS or given is None:
            return
        told = unnormalised(event.module, given)
        if told is None and not normalises(event.module):
            told = pixels
        if told is not None:
            facts.report(RULE.name, "warning", here(), told.message, told.fix, **told.evidence)

    return {Calling: calling, Operation: operation, Called: called}


def from_file(given: Tensor) -> Told | None:
    """Whether a batch holds pixels from 0 to 255: whole numbers, and many different ones."""
    if given.requires_grad or given.dim() != 4 or given.shape[2] < 4 or given.shape[3] < 4:
        return None
    values = given.detach()[:8].float().reshape(-1)
    least, most = float(values.min()), float(values.max())
    if not (least >= 0 and 128 < most <= 255) or bool((values != values.round()).any()):
        return None
    if len(values.unique()) < 64 or float(values.mean()) < 16:
        return None
    return Told(
        f"the images are given as whole numbers from {least:.0f} to {most:.0f}: the first layer's outputs are "
        "about a hundred times larger than its initialisation expects",
        "Divide by 255; better, subtract the mean and divide by the standard deviation of each channel.",
        {"least": least, "most": most, "mean": round(float(values.mean()), 1)},
    )


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

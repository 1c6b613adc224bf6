"""A loss over sequences in which padding counts as a class."""

from weakref import ref

import torch
from torch import Tensor

from fourbeat.check.facts import Facts
from fourbeat.check.look import each_tensor
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Calling, Differentiated, Ended, Operation
from fourbeat.observe.place import here

_SHARE = 0.15
"""Of the targets; padding below that does little."""


def watch(facts: Facts) -> Readers:
    """Compare where targets and inputs of sequences end in one value that repeats."""
    inputs: list[ref[Tensor]] = []
    found: dict[Place | None, tuple[int, float, int]] = {}

    def calling(event: Calling) -> None:
        if event.grad:
            inputs.extend(ref(one) for one in each_tensor(event.inputs) if one.dim() > 1)

    def operation(event: Operation) -> None:
        name = getattr(event.function, "__name__", "")
        if name == "embedding":
            inputs.extend(ref(one) for one in event.arguments if isinstance(one, Tensor))
        elif name in ("cross_entropy", "nll_loss"):
            target = event.named.get(
                "target", event.arguments[1] if len(event.arguments) > 1 else None
            )
            plain = event.named.get("reduction", "mean") == "mean"
            if isinstance(target, Tensor) and not target.is_floating_point() and plain:
                ignored = event.named.get("ignore_index", -100)
                weighted = event.named.get("weight")
                look(target, int(ignored), weighted if isinstance(weighted, Tensor) else None)

    def look(target: Tensor, ignored: int, weight: Tensor | None) -> None:
        for one in [weak() for weak in inputs]:
            if one is None or one.dim() < 2 or one.is_complex():
                continue
            shaped = _rows(target, len(one))
            ends = None if shaped is None else _padding(shaped, one)
            if ends is None:
                continue
            value, share = ends
            free = weight is not None and 0 <= value < len(weight) and float(weight[value]) == 0
            if value != ignored and share >= _SHARE and not free:
                before = found.get(here(), (value, 0.0, 0))
                if before[0] == value:
                    found[here()] = value, before[1] + share, before[2] + 1
                return

    def differentiated(_: Differentiated) -> None:
        inputs.clear()

    def ended(_: Ended) -> None:
        for place, (value, share, times) in found.items():
            if times < 2:
                continue
            facts.report(
                RULE.name,
                "warning",
                place,
                f"{share / times:.0%} of the targets are {value}, at the ends of rows where the inputs "
                "are padded, too: the loss is mostly about predicting padding",
                f"Pass ignore_index={value} to the loss, or pad targets with -100.",
                target=value,
                share=round(share / times, 3),
            )

    return {
        Calling: calling,
        Operation: operation,
        Differentiated: differentiated,
        Ended: ended,
    }


def _rows(target: Tensor, n: int) -> Tensor | None:
    """Targets as (rows, time); None where they are no sequences."""
    if target.dim() == 2:
        return target.detach() if len(target) == n else None
    if target.dim() != 1 or n < 2 or len(target) % n or len(target) < 3 * n:
        return None
    return target.detach().reshape(n, -1)


def _padding(target: Tensor, given: Tensor) -> tuple[int, float] | None:
    """The value at the rows' ends and its share, if the inputs' rows end in the same way."""
    with torch.no_grad():
        values, times = target[:, -1].mode()[0], target.shape[1]
        length = _ends(target, values)
        flat = given.detach()
        if flat.dim() > 2:
            steps = flat.flatten(2)
            same = (steps == 0).all(-1)
        else:
            same = flat == flat[:, -1].mode()[0]
        others = _ends(same.int(), torch.ones((), dtype=torch.int32, device=same.device))
        if given.shape[1] < 3 or len(length.unique()) < 2:
            return None
        ended = (length > 1) & (others > 0)
        agree = (length - others).abs() <= 1 + abs(times - given.shape[1])
        enough = bool(ended.any()) and bool(
            (agree | (length == 0))[length > 0].float().mean() >= 0.8
        )
        return (int(values), float(length.sum()) / target.numel()) if enough else None


def _ends(rows: Tensor, value: Tensor) -> Tensor:
    """How often each row has a value at its end, without a break."""
    return (rows == value).int().flip(1).cumprod(1).sum(1)


RULE = Rule(
    name="padding-included-in-loss",
    severity="warning",
    what="The loss of padded sequences counts the padding.",
    why="A model that predicts padding after padding is right there without having learnt anything. The "
    "mean over all places looks good, depends on how long the longest row of a batch is, and the "
    "gradient of the words is thinned out.",
    seen="Targets of cross entropy end in one value in rows of different lengths, the inputs' rows end "
    "in one value at the same places, and that value is neither the `ignore_index` nor without weight.",
    silent="Targets padded with -100; losses that are masked before the mean; a class that is frequent, "
    "or a background, anywhere in the row.",
    bad="loss = F.cross_entropy(logits.transpose(1, 2), tags)\n",
    good="loss = F.cross_entropy(logits.transpose(1, 2), tags, ignore_index=PAD)\n",
    watch=watch,
)

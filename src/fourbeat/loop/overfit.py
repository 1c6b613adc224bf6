"""Can this model memorise one batch? If not, no long run will help."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from fourbeat.data.batch import device_of, examples, inputs_and_target, tensors, to_device
from fourbeat.loop.contract import check_batch, sums_to_one
from fourbeat.loop.groups import held
from fourbeat.loop.means import right_answers
from fourbeat.loop.modes import mode
from fourbeat.loop.rehearsal import rehearsal
from fourbeat.loop.validate import Loss, scalar

LEARNT = 0.05
"""A loss that fell to this share of the first one is memorised, where answers cannot be counted."""

STEADY = 0.9
"""Share of the steps that go down while a learning rate is too low."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it.

    Attributes:
        memorised: whether every answer is right, or the loss is nearly gone.
        losses: before each step, and after the last.
        accuracy: of the batch in the end, None where answers cannot be counted.
        causes: what is likely in the way, each with its evidence; none if it memorised.
    """

    memorised: bool
    losses: list[float]
    accuracy: float | None
    causes: list[str]

    def __str__(self) -> str:
        word = "memorised" if self.memorised else "NOT memorised"
        right = "" if self.accuracy is None else f", accuracy {self.accuracy:.3f}"
        head = (
            f"{word}: loss {self.losses[0]:.4f} -> {self.losses[-1]:.4f} "
            f"in {len(self.losses) - 1} steps{right}"
        )
        return "\n".join([head, *(f"- {cause}" for cause in self.causes)])


def overfit(
    model: nn.Module, batch: Any, loss_fn: Loss, optimizer: Optimizer, *, steps: int = 200
) -> Verdict:
    """Train on one batch over and over, and say whether it was memorised.

    Model, optimizer, gradients and generators are afterwards as they were before.

    Args:
        model: called as `model(*inputs)`.
        batch: `(input, …, target)`.
        loss_fn: called as `loss_fn(output, target)`.
        optimizer: over the model's parameters.
        steps: updates on the batch.

    Raises:
        BatchError: if the batch does not fit the model or the loss.
    """
    check_batch(model, batch, loss_fn)
    batch = to_device(batch, device_of(model))
    inputs, target = inputs_and_target(batch)
    losses: list[float] = []
    with rehearsal(model, optimizer):

        def closure() -> Tensor:
            optimizer.zero_grad(set_to_none=True)
            loss = scalar(loss_fn(model(*inputs), target))
            loss.backward()
            return loss.detach()

        for _ in range(steps):
            losses.append(float(cast(Any, optimizer).step(closure)))
        still = [n for n, p in model.named_parameters() if p.grad is not None and not p.grad.any()]
        with mode(model, training=False), torch.no_grad():
            output = model(*inputs)
            losses.append(scalar(loss_fn(output, target)).item())
        counted = right_answers(output, target)
        accuracy = None
        if counted:
            _, right, labels = counted[0]
            accuracy = float(right) / float(labels)
        memorised = (
            losses[-1] <= LEARNT * losses[0]
            if accuracy is None
            else accuracy == 1 and losses[-1] < losses[0]
        )
        causes = (
            []
            if memorised
            else [
                *doubtful_data(batch),
                *doubtful_output(output, target),
                *doubtful_training(model, optimizer, losses, still),
            ]
        )
    return Verdict(memorised, losses, accuracy, causes)


def doubtful_data(batch: Any) -> Iterator[str]:
    """Rows that no model can tell apart, or with nothing to learn from."""
    inputs, target = inputs_and_target(batch)
    n = examples(batch)
    flat = torch.cat([t.detach().reshape(n, -1).double() for t in tensors(inputs)], 1)
    if not bool(flat.isfinite().all()):
        yield "the inputs hold values that are not finite"
        return
    _, group = torch.unique(flat, dim=0, return_inverse=True)
    told_apart = {(int(g), str(t)) for g, t in zip(group, target.tolist(), strict=True)}
    clashes = len(told_apart) - len(set(group.tolist()))
    if clashes:
        yield f"{clashes} rows equal another row and have another label: nothing can tell them apart"
    if n > 1 and bool((flat == flat[0]).all()):
        yield "all rows of the batch are the same"
    largest = float(flat.abs().max())
    if largest > 1e3:
        yield f"the inputs reach {largest:.1e}: scale them to about -1 to 1"


def doubtful_output(output: Any, target: Tensor) -> Iterator[str]:
    """Outputs that cannot become the targets."""
    if not isinstance(output, Tensor):
        return
    if output.ndim == 2 and output.shape[1] > 1 and sums_to_one(output):
        yield "the outputs are probabilities: cross-entropy takes logits, so remove the softmax"
    if len(output) > 1 and bool((output == output[0]).all()):
        yield "the output is the same for every row: the input does not reach it"
    if output.shape != target.shape and target.is_floating_point():
        yield f"output {tuple(output.shape)} and target {tuple(target.shape)} differ in shape"


def doubtful_training(
    model: nn.Module, optimizer: Optimizer, losses: list[float], still: list[str]
) -> Iterator[str]:
    """Parameters that do not move, and learning rates that do not fit."""
    holding = held(model, optimizer)
    if holding.unheld:
        yield f"the optimizer does not hold {', '.join(holding.unheld[:5])}"
    if holding.frozen:
        yield f"frozen: {', '.join(holding.frozen[:5])}"
    if still:
        yield f"the gradient is zero at {', '.join(still[:5])}: a dead layer, or a cut graph"
    rates = ", ".join(f"{group['lr']:g}" for group in optimizer.param_groups)
    trained = losses[:-1]
    falls = sum(b < a for a, b in pairwise(trained))
    if not all(loss == loss and abs(loss) < float("inf") for loss in losses):
        yield f"the loss is not finite: the learning rate ({rates}) is far too high"
    elif max(trained) > 2 * trained[0] or trained[-1] > trained[0]:
        yield f"the loss went up to {max(trained):.4g}: the learning rate ({rates}) is too high"
    elif len(trained) > 2 and falls >= STEADY * (len(trained) - 1):
        yield f"the loss still falls, slowly: the learning rate ({rates}) is too low, or steps too few"
    dropped = [m.p for m in model.modules() if isinstance(m, nn.Dropout) and m.p >= 0.5]
    if dropped:
        yield f"dropout of {max(dropped):g} keeps the model from memorising: try without"
    count = sum(p.numel() for p in model.parameters())
    yield f"the model has {count:,} parameters: try a wider one"

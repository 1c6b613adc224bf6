"""One pass over held-out data that leaves nothing behind."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from fourbeat.data.batch import device_of, examples, inputs_and_target, to_device
from fourbeat.data.fetching import opened
from fourbeat.errors import BatchError
from fourbeat.loop.means import Means, Report, right_answers, weighted
from fourbeat.loop.modes import mode
from fourbeat.loop.position import untouched
from fourbeat.loop.share import share_of

Loss = Callable[[Any, Any], Tensor]


class Metric(Protocol):
    """What torchmetrics metrics are: sums over batches, computed once."""

    def reset(self) -> None:
        """Forget every batch."""
        ...

    def update(self, preds: Any, target: Any) -> None:
        """Take a batch in."""
        ...

    def compute(self) -> Any:
        """The value over all batches."""
        ...


def validate(
    model: nn.Module,
    loader: Iterable[Any],
    loss_fn: Loss,
    metrics: Mapping[str, Metric] | None = None,
) -> Report:
    """Loss and metrics over all examples, in eval mode and without gradients.

    Modes, generators and weights are afterwards as they were before.

    Args:
        model: called as `model(*inputs)`.
        loader: batches `(input, …, target)`.
        loss_fn: called as `loss_fn(output, target)`; gives the batch's mean.
        metrics: objects with `reset`, `update(output, target)` and `compute`, such as those of
            torchmetrics, by the name they get in the report.

    Returns:
        A report with `loss`, for class labels `accuracy`, and each metric. Means are weighted by
        examples; the loss by the weights of its classes, if it has some, and without the labels
        that it ignores.

    Raises:
        BatchError: if there is no batch, or one that does not fit.
    """
    with untouched(loader):
        return evaluate(model, opened(loader), loss_fn, metrics)


def evaluate(
    model: nn.Module,
    batches: Iterable[Any],
    loss_fn: Loss,
    metrics: Mapping[str, Metric] | None = None,
) -> Report:
    """The pass itself, for one who minds the generators elsewhere."""
    metrics = metrics or {}
    device = device_of(model)
    means = Means()
    for metric in metrics.values():
        metric.reset()
    with mode(model, training=False), torch.no_grad():
        for batch in batches:
            batch = to_device(batch, device)
            inputs, target = inputs_and_target(batch)
            output = model(*inputs)
            loss = scalar(loss_fn(output, target))
            count = examples(batch)
            share = share_of(loss_fn, target, count)
            means.examples += count
            means.add([("loss", weighted(loss, share), share), *right_answers(output, target)])
            for metric in metrics.values():
                metric.update(output, target)
    if means.examples == 0:
        raise BatchError("the validation loader gave no batch")
    return means.report(**{name: number(metric.compute()) for name, metric in metrics.items()})


def number(value: Any) -> Any:
    """A metric's value as a float, or as nested lists."""
    if isinstance(value, Tensor):
        return float(value) if value.ndim == 0 else cast(list[Any], value.tolist())
    return float(value)


def scalar(loss: Any) -> Tensor:
    """The loss, if it is a scalar tensor.

    Raises:
        BatchError: naming its shape otherwise.
    """
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        what = (
            f"of shape {tuple(loss.shape)}"
            if isinstance(loss, Tensor)
            else f"a {type(loss).__name__}"
        )
        raise BatchError(
            f"the loss is {what}, not a scalar tensor",
            remedy="Reduce it over the batch: loss.mean()",
        )
    return loss

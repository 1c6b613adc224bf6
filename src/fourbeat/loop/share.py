"""What a batch's mean loss is the mean over: its examples, or what the loss itself counts."""

from typing import Any

import numpy as np
from torch import Tensor, nn

from fourbeat.data.batch import is_plain
from fourbeat.errors import BatchError

Weight = int | float | Tensor


def share_of(loss_fn: Any, target: Any, examples: int) -> Weight:
    """The number that turns a batch's mean loss back into its sum.

    `CrossEntropyLoss` and `NLLLoss` divide by the weights of the labels that are not ignored;
    any other loss is taken for a mean over the examples.

    Raises:
        BatchError: for a loss that is a sum.
    """
    if getattr(loss_fn, "reduction", "mean") == "sum":
        raise BatchError(
            "the loss is a sum over the batch, not its mean",
            type(loss_fn).__name__,
            "Use reduction='mean': sums of unequal batches cannot be compared",
        )
    counts = isinstance(loss_fn, nn.CrossEntropyLoss | nn.NLLLoss)
    if not counts or not isinstance(target, Tensor) or target.is_floating_point():
        return examples
    if loss_fn.weight is None and is_plain(target):
        return int(np.count_nonzero(target.numpy() != loss_fn.ignore_index))
    kept = target != loss_fn.ignore_index
    if loss_fn.weight is None:
        return kept.sum()
    return (loss_fn.weight[target.clamp(min=0)] * kept).sum()

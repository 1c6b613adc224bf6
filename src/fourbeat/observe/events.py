"""What happens in training, in the order in which it does.

A run emits these itself; for a script that has never heard of fourbeat, `observe.attach` makes them
of PyTorch's own hooks. Objects come by reference: a reader that keeps a value copies it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.optim import Optimizer


@dataclass(slots=True)
class Batch:
    """A training loader gave a batch.

    Of a script without a run it is known only when backward comes; it is told then, before the calls
    of the model and the loss.

    Attributes:
        batch: as the loader gave it, before it was moved to a device.
        rows: the numbers of its rows in the dataset, int64 of shape (n,); None where they cannot
            be seen.
        seconds: that the loop waited for it.
        epoch: from 1; 0 where it is not known.
    """

    batch: Any
    rows: np.ndarray | None
    seconds: float
    epoch: int = 0


@dataclass(slots=True)
class Forward:
    """A model, called with gradients on, has answered.

    Attributes:
        name: of the module within what is trained, "" for the model itself.
        module: that was called.
        inputs: arguments of the call, those without a keyword first.
        output: of the call.
        seconds: that it took.
    """

    name: str
    module: nn.Module
    inputs: tuple[Any, ...]
    output: Any
    seconds: float


@dataclass(slots=True)
class Loss:
    """Backward is about to begin.

    Attributes:
        value: the tensor it begins from, before any scaling; where there are several, or gradients
            are given with them, the scalar of which it is the backward.
        weight: what its mean divides by, None where that is not known.
        optimizer: whose gradients it is for, where that is said.
    """

    value: Tensor
    weight: Any = None
    optimizer: Optimizer | None = None


@dataclass(slots=True)
class Backward:
    """Backward is done."""


@dataclass(slots=True)
class Unscale:
    """Gradients were brought back to their own scale."""

    optimizer: Optimizer


@dataclass(slots=True)
class Gradients:
    """The norms of a whole step's gradients are known, before any clipping.

    Attributes:
        optimizer: whose.
        parameters: that have a gradient.
        norms: their gradients' 2-norms, of shape (len(parameters),).
        total: the 2-norm of all together, a scalar.
    """

    optimizer: Optimizer
    parameters: Sequence[Tensor]
    norms: Tensor
    total: Tensor


@dataclass(slots=True)
class Clip:
    """Gradients are about to be clipped.

    Attributes:
        parameters: whose gradients.
        limit: the largest norm, or the largest value.
        kind: `norm` or `value`.
    """

    parameters: Sequence[Tensor]
    limit: float
    kind: str


@dataclass(slots=True)
class Updating:
    """An optimizer is about to change its parameters.

    Attributes:
        optimizer: whose step it is.
        closure: whether it will evaluate the loss again.
        skip: a reader may set it: the update is then left out.
    """

    optimizer: Optimizer
    closure: bool = False
    skip: bool = False


@dataclass(slots=True)
class Updated:
    """An optimizer's step is over.

    Attributes:
        done: False if it was left out.
    """

    optimizer: Optimizer
    done: bool = True


@dataclass(slots=True)
class Clear:
    """Gradients were set to zero or to None."""

    optimizer: Optimizer


@dataclass(slots=True)
class Schedule:
    """A scheduler has moved the learning rates."""

    optimizer: Optimizer


@dataclass(slots=True)
class Mode:
    """A module went into training or evaluation mode."""

    module: nn.Module
    training: bool


@dataclass(slots=True)
class Stepped:
    """A step is over: every update that belongs to its batches.

    Whoever wants to know no more than this of a step need not listen to any other event.

    Attributes:
        number: steps done before it, from 0.
        epoch: from 1; 0 where it is not known.
        counted: False for a step whose updates were all skipped; its number comes again.
        examples: rows in its batches, 0 where that is not known.
        rows: of each of its batches, int64 of shape (n,), where they can be seen.
        losses: each with the optimizer whose gradients it is for and what its mean divides by, None
            for losses that are added up. A float, or a scalar tensor on a device that nobody waits for.
        rates: the learning rates of each optimizer that had its turn, group by group.
        skipped: whether an update was left out.
        clipped: whether gradients were clipped, or would have been had they been larger.
        gradients: of a step whose beats were one graph, the norms of its gradients, if anybody listens
            to those; of its beats no other event tells.
    """

    number: int
    epoch: int
    counted: bool
    examples: int
    rows: Sequence[np.ndarray] = ()
    losses: Sequence[tuple[Optimizer, Any, Any]] = ()
    rates: Sequence[tuple[Optimizer, list[float]]] = ()
    skipped: bool = False
    clipped: bool = False
    gradients: Gradients | None = None


Event = (
    Batch
    | Forward
    | Loss
    | Backward
    | Unscale
    | Gradients
    | Clip
    | Updating
    | Updated
    | Clear
    | Schedule
    | Mode
    | Stepped
)

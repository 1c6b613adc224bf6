"""What else happens around training, for readers that look closer than a recorder does.

These come only from a script that is observed in detail (`attach(detail=True)`), at the very moment
at which they happen: whoever reads them finds the script's own frames on the stack.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer


@dataclass(slots=True)
class Calling:
    """The script is about to call a module, from outside of any other module's call.

    Attributes:
        module: that is called.
        inputs: arguments of the call, those without a keyword first.
        grad: whether gradients are on.
    """

    module: nn.Module
    inputs: tuple[Any, ...]
    grad: bool


@dataclass(slots=True)
class Called:
    """It has answered.

    Attributes:
        module, inputs, grad: as in `Calling`.
        output: of the call.
    """

    module: nn.Module
    inputs: tuple[Any, ...]
    grad: bool
    output: Any


@dataclass(slots=True)
class Built:
    """A module begins to be built: it has nothing in it yet."""

    module: nn.Module


@dataclass(slots=True)
class Adding:
    """A module is about to become a part of a container.

    Attributes:
        container: that it is added to.
        module: that is added; None for an empty place.
    """

    container: nn.Module
    module: nn.Module | None


@dataclass(slots=True)
class Layer:
    """A layer that may depend on its mode is about to be called.

    Dropout, normalisation with running statistics, and what has dropout within: recurrent layers and
    attention.
    """

    module: nn.Module
    grad: bool


@dataclass(slots=True)
class Differentiating:
    """The autograd engine is about to run; the graph still holds all that it saved.

    Attributes:
        roots: where it begins.
        inputs: whose gradients are wanted; None for every leaf's.
        accumulates: whether leaves get them in `.grad`.
        retained: whether the graph is kept.
        differentiable: whether a graph of the gradients is made.
    """

    roots: Sequence[Tensor]
    inputs: Sequence[Any] | None
    accumulates: bool
    retained: bool
    differentiable: bool = False


@dataclass(slots=True)
class Differentiated:
    """It has run.

    Attributes:
        accumulates: as in `Differentiating`.
        done: False if it raised.
    """

    accumulates: bool
    done: bool


@dataclass(slots=True)
class Made:
    """An optimizer exists."""

    optimizer: Optimizer


@dataclass(slots=True)
class Clearing:
    """`zero_grad` is about to be carried out.

    Attributes:
        owner: whose.
        parameters: whose gradients it clears.
    """

    owner: Optimizer | nn.Module
    parameters: Sequence[Tensor]


@dataclass(slots=True)
class LoaderMade:
    """A DataLoader exists."""

    loader: Any


@dataclass(slots=True)
class Passing:
    """A DataLoader's pass begins.

    Attributes:
        loader: that was iterated.
        iterator: of this pass.
    """

    loader: Any
    iterator: Any


@dataclass(slots=True)
class Given:
    """A DataLoader gave a batch.

    Attributes:
        iterator: of its pass.
        batch: as it came.
        rows: what its sampler drew; None where that cannot be seen.
        number: within the pass, from 0.
    """

    iterator: Any
    batch: Any
    rows: Any
    number: int


@dataclass(slots=True)
class Passed:
    """A DataLoader's pass has come to its end.

    Attributes:
        iterator: of it.
        batches: that it gave.
    """

    iterator: Any
    batches: int


@dataclass(slots=True)
class Scheduling:
    """A scheduler has stepped.

    Attributes:
        scheduler: that did.
        metric: given to it, None without.
        before: learning rates before, one for each group.
        after: and after.
    """

    scheduler: Any
    metric: Any
    before: Sequence[float]
    after: Sequence[float]


@dataclass(slots=True)
class Seeded:
    """`torch.manual_seed` was called."""

    seed: int


@dataclass(slots=True)
class StateTaken:
    """`module.state_dict()` has answered."""

    module: nn.Module
    state: Any


@dataclass(slots=True)
class StateGiven:
    """`module.load_state_dict(state)` is about to be carried out.

    Attributes:
        module: that is given it.
        state: its tensors by name.
        strict: whether torch refuses names that do not match.
    """

    module: nn.Module
    state: Any
    strict: bool


@dataclass(slots=True)
class Saved:
    """`torch.save` has written.

    Attributes:
        value: what.
        where: a path or a file.
    """

    value: Any
    where: Any


@dataclass(slots=True)
class Loading:
    """`torch.load` is about to read.

    Attributes:
        where: a path or a file.
        weights_only: as given; None where it was not.
    """

    where: Any
    weights_only: bool | None


@dataclass(slots=True)
class Scaling:
    """A gradient scaler did something.

    Attributes:
        scaler: that did.
        what: `scale`, `unscale_`, `step` or `update`.
        optimizer: of `unscale_` and `step`.
    """

    scaler: Any
    what: str
    optimizer: Optimizer | None = None


@dataclass(slots=True)
class Replicated:
    """A `DistributedDataParallel` exists, or is about to be called.

    Attributes:
        module: that it is.
        called: whether it is about to be called.
    """

    module: nn.Module
    called: bool


@dataclass(slots=True)
class Operation:
    """A function of PyTorch's has answered; told in close looks alone.

    Attributes:
        function: that was called.
        arguments: without a keyword.
        named: with one.
        result: its answer.
    """

    function: Any
    arguments: tuple[Any, ...]
    named: dict[str, Any]
    result: Any


@dataclass(slots=True)
class Raised:
    """The script, or one of its processes, ends with an error that nobody caught; told by who runs it."""

    error: BaseException


@dataclass(slots=True)
class Ended:
    """The script is at its end; nothing comes after it."""


Finer = (
    Calling
    | Called
    | Built
    | Adding
    | Layer
    | Differentiating
    | Differentiated
    | Made
    | Clearing
    | LoaderMade
    | Passing
    | Given
    | Passed
    | Scheduling
    | Seeded
    | StateTaken
    | StateGiven
    | Saved
    | Loading
    | Scaling
    | Replicated
    | Operation
    | Raised
    | Ended
)

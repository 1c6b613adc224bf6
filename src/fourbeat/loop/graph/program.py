"""Some steps of training as one compiled call."""

import operator
import time
from array import array
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from fourbeat.checkpoint import rng
from fourbeat.errors import BatchError
from fourbeat.loop.direct import hooked
from fourbeat.loop.graph import capture, dropout
from fourbeat.loop.graph.rules import RULES, numbers_of, options_of
from fourbeat.loop.lane import Rules
from fourbeat.loop.means import right_answers

Forward = Callable[[Any], Any]
"""From a batch to the loss, or to loss and logits, or to loss, logits and what the loss is the mean over."""

States = list[dict[str, Tensor]]


@dataclass(frozen=True, slots=True)
class Block:
    """What some steps gave, one after the other.

    Attributes:
        done: how many of them; the next one met a loss or gradient that is not finite, and changed nothing.
        losses: of each.
        weights: what each is the mean over; None where that is the number of examples.
        norms: the gradients' total 2-norms.
        each: those of each parameter, of shape (steps, parameters).
        right: of each, right answers and labels; None where that has no meaning.
    """

    done: int
    losses: list[float]
    weights: list[float] | None
    norms: list[float]
    each: Tensor
    right: list[list[int]] | None


def parts_of(found: Any) -> tuple[Tensor, Any, Any]:
    """Loss, logits and weight of what a forward function gave.

    Raises:
        BatchError: for anything else.
    """
    if isinstance(found, Tensor):
        return found, None, None
    if isinstance(found, tuple) and 2 <= len(found) <= 3 and isinstance(found[0], Tensor):
        return found if len(found) == 3 else (*found, None)
    raise BatchError(
        f"the forward function must give a loss, (loss, logits) or (loss, logits, weight), "
        f"got {type(found).__name__}"
    )


class Program:
    """Forward, loss, backward, clipping and update of some steps, compiled for each shape of batches.

    Weights, the optimizer's state and buffers are changed in place, as by the same steps one by one; from a
    step on whose loss or gradients are not finite, nothing is. Dropout is keyed on a CPU.

    Args:
        forward: the user's function.
        model: for its buffers.
        optimizer: of one of the classes in `RULES`, with a state.
        rules: clipping.
        autocast: as forward is to have it.
        steps: in a call.

    Attributes:
        steps: in a call.
        forward: as given.
        parameters: that have gradients, in the optimizer's order.
        captured: whether a call's kernels are launched as one, a CUDA graph.
        refusal: why they are not where they were to be, None otherwise.
    """

    def __init__(
        self,
        forward: Forward,
        model: nn.Module,
        optimizer: Optimizer,
        rules: Rules,
        autocast: Callable[[], AbstractContextManager[object]],
        steps: int,
    ):
        self.steps = steps
        self.forward = forward
        self._optimizer = optimizer
        self._rules = rules
        self._autocast = autocast
        self._buffers = list(model.buffers())
        self._groups = [options_of(group) for group in optimizer.param_groups]
        self.parameters = trained(optimizer)
        self._state = optimizer.state
        self._device = self.parameters[0].device
        self._preparing = False
        self.captured = capture.captured(self._device)
        self.refusal: str | None = None
        step = self._state.get(self.parameters[0], {}).get("step")
        # torch keeps the counts of parameters on a GPU on the CPU, unless the kernel reads them.
        self._apart = isinstance(step, Tensor) and self.elsewhere(step)
        held = {id(p): n for n, g in enumerate(optimizer.param_groups) for p in g["params"]}
        counts = [self._count(p) for p in self.parameters]
        # A layer that was frozen for a while has had fewer updates than others of its group.
        each = [(held[id(p)], n - counts[0]) for p, n in zip(self.parameters, counts, strict=True)]
        self._kinds = list(dict.fromkeys(each))
        self._kind_of = [self._kinds.index(kind) for kind in each]
        self._known: list[Any] = []
        self._call = torch.compile(
            anew(self._trained), fullgraph=True, dynamic=False, backend=self._compile
        )
        # torch.compile reads this when it traces; as a setting of the process it is put back.
        self._tracing = torch._dynamo.config.patch(trace_autograd_ops=True)  # pyright: ignore

    def elsewhere(self, tensor: Tensor) -> bool:
        """Whether a tensor is on another device than the parameters."""
        return tensor.device != self._device

    def fits(self, batches: Sequence[Any]) -> bool:
        """Whether batches have all one shape."""
        first = shape_of(batches[0])
        return all(shape_of(batch) == first for batch in batches[1:])

    def knows(self, batches: Sequence[Any]) -> bool:
        """Whether it is compiled for their shape."""
        return shape_of(batches[0]) in self._known

    def holds(self) -> bool:
        """Whether the optimizer has the parameters, options and state that this was made for."""
        groups = [options_of(group) for group in self._optimizer.param_groups]
        now = trained(self._optimizer)
        same = len(now) == len(self.parameters) and all(map(operator.is_, now, self.parameters))
        return same and groups == self._groups and self._optimizer.state is self._state

    def __call__(self, batches: Sequence[Any], groups: Sequence[Sequence[dict[str, Any]]]) -> Block:
        """Do the steps.

        Args:
            batches: as many as steps.
            groups: the optimizer's, as they are for each step.

        Raises:
            UnpreparedError: if something that forward reads has changed since `prepare`. Then, and whenever
                else a call fails, everything is as it was.
        """
        device = self._device
        random = torch.get_rng_state()
        hyper = self._numbers(groups).to(device)
        keys = torch.randint(-dropout.RANGE, dropout.RANGE, (self.steps,), dtype=torch.int32).to(
            device
        )
        states, counts = self._states(), self._counts_apart()
        if self.captured:
            capture.begin()
        try:
            with self._tracing:
                good, losses, weights, norms, each, right = self._call(
                    list(batches), self.parameters, states, hyper, keys
                )
        except Exception as error:
            torch.set_rng_state(random)
            raise getattr(error, "inner_exception", error) from error  # of a backend's
        self._optimizer._opt_called = True  # pyright: ignore[reportAttributeAccessIssue]  # schedulers look
        flags: list[bool] = good.tolist()
        done = flags.index(False) if not all(flags) else self.steps
        if counts:
            torch._foreach_add_(counts, done)  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
        return Block(
            done=done,
            losses=losses.tolist(),
            weights=None if weights is None else weights.tolist(),
            norms=norms.tolist(),
            each=each.clone() if self.captured else each,  # a replay writes to the same place
            right=None if right is None else right.tolist(),
        )

    def prepare(self, batches: Sequence[Any], groups: Sequence[Sequence[dict[str, Any]]]) -> float:
        """Compile, and leave everything as it is: a compiler draws random numbers of its own.

        The steps are done twice: code that reads what was never written gives itself away. On a GPU they
        are done until they are replayed; `captured` then tells whether they are.

        Returns:
            The seconds it took.

        Raises:
            MiscompiledError: if the same steps gave other bits.
        """
        start = time.perf_counter()
        held = [*self.parameters, *self._buffers, *self._counts_apart()]
        held += [tensor for state in self._states() for tensor in state.values()]
        if self.captured:
            capture.stay(held)
        before = [tensor.detach().clone() for tensor in held]
        random = rng.capture()
        ended: list[list[Tensor]] = []
        with capture.refusals() if self.captured else nullcontext([]) as refused:
            for _ in range(capture.CALLS if self.captured else 2):
                self._preparing = True
                try:
                    block = self(batches, groups)
                    ended.append(
                        [torch.tensor(block.losses), *(tensor.detach().clone() for tensor in held)]
                    )
                finally:
                    self._preparing = False
                    rng.restore(random)
                    with torch.no_grad():
                        for tensor, value in zip(held, before, strict=True):
                            tensor.copy_(value)
        first, *others = ended
        if not all(all(map(alike, first, other)) for other in others):
            raise MiscompiledError("the compiled steps gave other bits when they were done again")
        if not self.knows(batches):
            self._known.append(shape_of(batches[0]))
        if refused:
            self.captured, self.refusal = False, refused[0]
        return time.perf_counter() - start

    def _compile(self, graph: torch.fx.GraphModule, inputs: list[Any]) -> Any:
        """The backend of torch.compile: what was not prepared is not compiled on the way."""
        if not self._preparing:
            raise UnpreparedError("something that the forward function reads has changed")
        from fourbeat.loop.graph.backend import inductor  # imports a part of the compiler

        return inductor(self.steps, graph, inputs)

    def _states(self) -> States:
        """What the optimizer keeps of each parameter."""
        state = self._optimizer.state
        kept = [state.get(p, {}) for p in self.parameters]
        left = "step" if self._apart else None
        return [{n: v for n, v in s.items() if isinstance(v, Tensor) and n != left} for s in kept]

    def _counts_apart(self) -> list[Tensor]:
        """Counts of updates that are no part of the graph."""
        state = self._optimizer.state
        return [state[p]["step"] for p in self.parameters] if self._apart else []

    def _numbers(self, groups: Sequence[Sequence[dict[str, Any]]]) -> Tensor:
        """What the rule takes of each step, for each group and count of updates, float32."""
        kind, count = type(self._optimizer), self._count(self.parameters[0])
        found = array("f")
        for done, step in enumerate(groups, 1):
            for group, later in self._kinds:
                found.extend(numbers_of(kind, step[group], count + later + done))
        return torch.frombuffer(found, dtype=torch.float32).view(len(groups), len(self._kinds), -1)

    def _count(self, parameter: Tensor) -> int:
        """Updates that it has had, where the optimizer counts them."""
        return int(self._optimizer.state.get(parameter, {}).get("step", 0))

    def _trained(
        self,
        batches: list[Any],
        parameters: list[Tensor],
        states: States,
        hyper: Tensor,
        dropout_keys: Tensor,
    ) -> Any:
        """The graph; `dropout_keys` is found in it by its name."""
        dropout_keys.view(-1)
        good = torch.ones((), dtype=torch.bool, device=hyper.device)
        count = hyper.new_zeros(())
        outcomes: list[Any] = []
        for number, batch in enumerate(batches):
            before = [buffer.clone() for buffer in self._buffers]
            with self._autocast():
                loss, logits, weight = parts_of(self.forward(batch))
            gradients = list(torch.autograd.grad(loss, parameters))
            with torch.no_grad():
                loss = loss.detach().float()
                each = torch.stack([torch.linalg.vector_norm(g) for g in gradients])
                norm = torch.linalg.vector_norm(each)
                # As a reduction it is worked out once, and not again for every element that asks for it.
                good = torch.stack([good, loss.isfinite(), norm.isfinite()]).all()
                for buffer, old in zip(self._buffers, before, strict=True):
                    buffer.copy_(torch.where(good, buffer, old))
                count = count + good
                self._update(
                    parameters, self._clipped(gradients, norm), states, hyper[number], good
                )
                target = batch[-1] if isinstance(batch, list | tuple) else None
                right = right_answers(logits, target)
                counts = torch.stack([torch.as_tensor(n) for n in right[0][1:]]) if right else None
                outcomes.append((good, loss, weight, norm, each, counts))
        for state in states:
            if "step" in state:
                state["step"].add_(count)
        columns = list(zip(*outcomes, strict=True))
        return [None if column[0] is None else torch.stack(column) for column in columns]

    def _clipped(self, gradients: list[Tensor], norm: Tensor) -> list[Tensor]:
        if self._rules.clip_norm is not None:
            factor = (self._rules.clip_norm / (norm + 1e-6)).clamp(max=1.0)
            gradients = [g * factor for g in gradients]
        if self._rules.clip_value is not None:
            most = self._rules.clip_value
            gradients = [g.clamp(-most, most) for g in gradients]
        return gradients

    def _update(
        self,
        parameters: list[Tensor],
        gradients: list[Tensor],
        states: States,
        hyper: Tensor,
        good: Tensor,
    ) -> None:
        update = RULES[type(self._optimizer)].update
        for p, g, state, kind in zip(parameters, gradients, states, self._kind_of, strict=True):
            options = self._groups[self._kinds[kind][0]]
            new = update(p.detach(), g, state, options, hyper[kind])
            for name, value in new.items():
                target = state[name] if name else p
                target.copy_(torch.where(good, value, target))


class UnpreparedError(Exception):
    """Steps that are to be prepared again."""


class MiscompiledError(Exception):
    """Compiled code that cannot be trusted."""


def alike(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors are equal, NaN to NaN."""
    return torch.equal(one.nan_to_num(), other.nan_to_num())


def anew(method: Any) -> Any:
    """A method with code of its own: torch.compile counts by code how often it has compiled."""
    function = method.__func__
    code = function.__code__.replace()
    return MethodType(FunctionType(code, function.__globals__), method.__self__)


def trained(optimizer: Optimizer) -> list[Tensor]:
    """What an optimizer updates and is not frozen."""
    return [p for group in optimizer.param_groups for p in group["params"] if p.requires_grad]


def has_hooks(parameter: Any) -> bool:
    """Whether anybody is to see its gradient, or to change it."""
    return bool(parameter._backward_hooks or parameter._post_accumulate_grad_hooks)


def shape_of(batch: Any) -> Any:
    """Shapes, dtypes and what is no tensor: what a graph is made for."""
    if isinstance(batch, Tensor):
        return batch.shape, batch.dtype
    if isinstance(batch, dict):
        return {key: shape_of(value) for key, value in batch.items()}
    if isinstance(batch, list | tuple):
        return [shape_of(item) for item in batch]
    return batch


def why_not(lanes: Sequence[Any], accumulate: int, average: Any) -> str | None:
    """What keeps a run from steps in one graph, in words; None if nothing does."""
    if len(lanes) > 1:
        return "there are several optimizers"
    lane = lanes[0]
    kind = type(lane.optimizer)
    if kind not in RULES:
        return f"{kind.__name__} is none of {', '.join(one.__name__ for one in RULES)}"
    if hooked(lane.optimizer) or any(map(has_hooks, lane.parameters())):
        return "the optimizer or a parameter has hooks"
    if lane.scaler is not None:
        return "fp16 scales the loss"
    if lane.rules.nonfinite == "skip":
        return "updates may be skipped"
    if accumulate > 1:
        return "gradients are accumulated"
    if average is not None:
        return "weights are averaged after each step"
    return None


def steps_for(parameters: Sequence[Tensor]) -> int:
    """Steps in a call: a small network's own work is less than what surrounds a call.

    Each step of a call is compiled by itself, which takes longer the more tensors there are.
    """
    count, tensors = sum(p.numel() for p in parameters), len(parameters)
    if count > 1 << 20 or tensors > 32:
        return 1
    return 2 if tensors > 8 else 4 if count > 4096 else 8

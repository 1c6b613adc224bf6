"""Backward, clipping, and the scaling of losses in fp16."""

import types
from contextlib import ExitStack
from typing import Any, cast
from weakref import ref

import torch
from torch import Tensor
from torch.amp.grad_scaler import GradScaler
from torch.nn.utils import clip_grad
from torch.optim import Optimizer

from fourbeat.observe.events import Unscale
from fourbeat.observe.patch import Function, around
from fourbeat.observe.script import Script, total


def attach_gradients(stack: ExitStack, script: Script) -> None:
    """See what happens to gradients between a loss and the update."""
    around(stack, torch.autograd, "backward", lambda original: _backward(original, script))
    clipping = False

    def clip(kind: str) -> Any:
        def make(original: Function) -> Function:
            def clip_(parameters: Any, *args: Any, **kwargs: Any) -> Any:
                nonlocal clipping
                if not script.live or clipping:
                    return original(parameters, *args, **kwargs)
                if isinstance(parameters, types.GeneratorType):
                    # An empty one is handed on: PyTorch warns of it.
                    parameters = list(cast(Any, parameters)) or cast(Any, parameters)
                listed = [parameters] if isinstance(parameters, Tensor) else parameters
                limit = args[0] if args else kwargs.get(_LIMITS[kind])
                clipping = True
                try:
                    if isinstance(listed, list | tuple) and limit is not None:
                        script.clip(cast(list[Tensor], listed), float(limit), kind)
                    return original(parameters, *args, **kwargs)
                finally:
                    clipping = False

            return clip_

        return make

    for owner, name, kind in (
        (torch.nn.utils, "clip_grad_norm_", "norm"),
        (clip_grad, "clip_grad_norm_", "norm"),
        (torch.nn.utils, "clip_grad_value_", "value"),
        (clip_grad, "clip_grad_value_", "value"),
        (torch.nn.utils, "clip_grads_with_norm_", "norm"),
        (clip_grad, "_clip_grads_with_norm_", "norm"),
    ):
        around(stack, owner, name, clip(kind))

    around(stack, GradScaler, "scale", lambda original: _scale(original, script))
    around(stack, GradScaler, "unscale_", lambda original: _unscale(original, script))
    around(stack, GradScaler, "step", lambda original: _step(original, script))


_LIMITS = {"norm": "max_norm", "value": "clip_value"}


def _backward(original: Function, script: Script) -> Function:
    def backward(tensors: Any, grad_tensors: Any = None, *args: Any, **kwargs: Any) -> None:
        if not script.live or script.within_backward:
            original(tensors, grad_tensors, *args, **kwargs)
            return
        # A step may be over, and weights be of interest, whether or not anybody reads now.
        value = _begins_from(tensors, grad_tensors, script.scaled)
        if value is None:
            original(tensors, grad_tensors, *args, **kwargs)
            return
        script.backward(value)
        del value
        complete = False
        try:
            original(tensors, grad_tensors, *args, **kwargs)
            complete = True
        finally:
            script.backward_done(complete)

    return backward


def _begins_from(
    tensors: Any, gradients: Any, scaled: dict[int, tuple[ref[Tensor], Tensor]]
) -> Tensor | None:
    """The loss, before any scaling; None where it is no tensor, or one that PyTorch will refuse."""
    many: list[Any] = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    given: list[Any] = [gradients] if isinstance(gradients, Tensor | None) else list(gradients)
    if not many or not all(isinstance(one, Tensor) for one in many):
        return None
    many = [scaled[id(one)][1] if id(one) in scaled else one for one in many]
    if len(given) == 1 and given[0] is None:
        given *= len(many)
    if len(many) != len(given) or any(
        one.numel() != 1 if gradient is None else getattr(gradient, "shape", None) != one.shape
        for one, gradient in zip(many, given, strict=True)
    ):
        return None
    return many[0] if len(many) == 1 and given[0] is None else total(many, given)


def _scale(original: Function, script: Script) -> Function:
    def scale(self: GradScaler, outputs: Any) -> Any:
        answer = original(self, outputs)
        if script.live and isinstance(outputs, Tensor) and answer is not outputs:
            number, losses = id(answer), script.scaled
            losses[number] = (ref(answer, lambda _: losses.pop(number, None)), outputs)
        return answer

    return scale


def _unscale(original: Function, script: Script) -> Function:
    def unscale_(self: GradScaler, optimizer: Optimizer) -> None:
        original(self, optimizer)
        if script.live and self.is_enabled():
            script.emit(Unscale(optimizer))

    return unscale_


def _step(original: Function, script: Script) -> Function:
    def step(self: GradScaler, optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        if not script.live or optimizer in script.runs.optimizers:
            return original(self, optimizer, *args, **kwargs)
        before = script.steps.updates
        answer = original(self, optimizer, *args, **kwargs)
        if script.steps.updates == before:
            script.left_out(optimizer)
        return answer

    return step

"""Calls of modules, their modes, and their gradients set to zero."""

import threading
from contextlib import ExitStack
from time import perf_counter
from typing import Any

import torch
from torch import nn

from fourbeat.observe.events import Clear, Mode
from fourbeat.observe.patch import Function, around
from fourbeat.observe.script import Script
from fourbeat.observe.steps import parameters


class _Within(threading.local):
    """Whether a thread is in a module's call."""

    call = False
    train = False


def attach_models(stack: ExitStack, script: Script) -> None:
    """See the outermost calls of modules, with gradients on.

    PyTorch's global forward hooks would make every call of every module take a longer way, and they
    do not see keyword arguments; a function around `Module.__call__` costs the outermost one alone.
    """
    within = _Within()
    compiling, grad_enabled = torch.compiler.is_compiling, torch.is_grad_enabled

    def calling(original: Function) -> Function:
        def call(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
            # torch.compile looks through this line, and sees the original.
            if compiling() or within.call or not grad_enabled():
                return original(self, *args, **kwargs)
            if not script.live or script.within_backward:
                return original(self, *args, **kwargs)
            within.call = True
            start = perf_counter()
            try:
                output = original(self, *args, **kwargs)
            finally:
                within.call = False
            script.forward(self, (*args, *kwargs.values()), output, perf_counter() - start)
            return output

        return call

    def training(original: Function) -> Function:
        def train(self: nn.Module, mode: bool = True) -> Any:
            if not script.live or within.train:
                return original(self, mode)
            within.train = True
            try:
                answer = original(self, mode)
            finally:
                within.train = False
            script.emit(Mode(self, mode))
            return answer

        return train

    def zeroing(original: Function) -> Function:
        def zero_grad(self: nn.Module, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            if script.live and script.stream:
                own = {id(p) for p in self.parameters()}
                for optimizer in script.steps.optimizers():
                    if any(id(p) in own for p in parameters(optimizer)):
                        script.emit(Clear(optimizer))

        return zero_grad

    around(stack, nn.Module, "__call__", calling)
    around(stack, nn.Module, "train", training)
    around(stack, nn.Module, "zero_grad", zeroing)

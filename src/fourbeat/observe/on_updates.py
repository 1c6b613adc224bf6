"""Optimizers and their schedulers."""

import sys
from contextlib import ExitStack
from types import FrameType
from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from fourbeat.observe.events import Clear, Schedule
from fourbeat.observe.kinds import below
from fourbeat.observe.patch import Function, around
from fourbeat.observe.script import Script


def attach_updates(stack: ExitStack, script: Script) -> None:
    """See which optimizers exist, what they do, and their rates move."""

    def before(optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if torch.compiler.is_compiling() or optimizer in script.runs.optimizers:
            return
        if not script.attached or script.stream.hushed:
            return
        script.runs.open = False  # a run that was left within a step is over
        while len(script.updates) >= max(_steps_running(), 1):
            script.leave()  # it raised
        closure = args[1] if len(args) > 1 else kwargs.get("closure")
        script.updating(optimizer, closure is not None)

    def after(optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if script.live and optimizer not in script.runs.optimizers:
            found = getattr(optimizer, "found_inf", None)  # told to a fused step by its scaler
            script.updated(optimizer, found is None or not found.item())

    def making(original: Function) -> Function:
        def __init__(self: Optimizer, *args: Any, **kwargs: Any) -> None:  # noqa: N807
            original(self, *args, **kwargs)
            if script.live:
                script.steps.make(self)

        return __init__

    def zeroing(original: Function) -> Function:
        def zero_grad(self: Optimizer, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            if script.live and self not in script.runs.optimizers:
                script.emit(Clear(self))

        return zero_grad

    stack.callback(register_optimizer_step_pre_hook(before).remove)
    stack.callback(register_optimizer_step_post_hook(after).remove)
    around(stack, Optimizer, "__init__", making)
    around(stack, Optimizer, "zero_grad", zeroing)
    scheduling = False

    def moving(original: Function) -> Function:
        def step(self: Any, *args: Any, **kwargs: Any) -> None:
            nonlocal scheduling
            if not script.live or scheduling:  # one scheduler is made of others
                original(self, *args, **kwargs)
                return
            scheduling = True
            try:
                original(self, *args, **kwargs)
            finally:
                scheduling = False
            begins = getattr(self, "_is_initial", False)
            if not begins and self.optimizer not in script.runs.optimizers:
                script.emit(Schedule(self.optimizer))

        return step

    for kind in below(LRScheduler):
        if "step" in vars(kind):
            around(stack, kind, "step", moving)


def _steps_running() -> int:
    """How many calls of optimizers' `step` are going on, this one included."""
    number = 0
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None:
        number += frame.f_code.co_qualname == "Optimizer.profile_hook_step.<locals>.wrapper"
        frame = frame.f_back
    return number

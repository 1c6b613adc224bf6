"""What only closer readers need: see `finer`."""

import inspect
import threading
from contextlib import ExitStack
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import nn
from torch.amp.grad_scaler import GradScaler
from torch.nn.modules.batchnorm import _NormBase  # pyright: ignore[reportPrivateUsage]
from torch.nn.modules.dropout import _DropoutNd  # pyright: ignore[reportPrivateUsage]
from torch.nn.parallel import DistributedDataParallel
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader, dataloader

from fourbeat.observe import finer
from fourbeat.observe.kinds import below
from fourbeat.observe.patch import Function, around, transforming
from fourbeat.observe.script import Script
from fourbeat.observe.steps import parameters


def attach_details(stack: ExitStack, script: Script) -> None:
    """See calls in every mode, the engine's runs, what is cleared, seeded, saved and loaded."""
    _calls(stack, script)
    _building(stack, script)
    _engine(stack, script)
    _clearing(stack, script)
    _passes(stack, script)
    _schedules(stack, script)
    _states(stack, script)
    _scaling(stack, script)
    _replicas(stack, script)


def _calls(stack: ExitStack, script: Script) -> None:
    within = threading.local()
    compiling, grad_enabled = torch.compiler.is_compiling, torch.is_grad_enabled

    def calling(original: Function) -> Function:
        def call(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
            if compiling() or getattr(within, "call", False) or not script.live or transforming():
                return original(self, *args, **kwargs)
            inputs, grad = (*args, *kwargs.values()), grad_enabled()
            script.emit(finer.Calling(self, inputs, grad))
            within.call = True
            try:
                output = original(self, *args, **kwargs)
            finally:
                within.call = False
            script.emit(finer.Called(self, inputs, grad, output))
            return output

        return call

    def layer(original: Function) -> Function:
        def forward(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
            if not compiling() and script.live:
                script.emit(finer.Layer(self, grad_enabled()))
            return original(self, *args, **kwargs)

        return forward

    around(stack, nn.Module, "__call__", calling)
    for base in (_DropoutNd, _NormBase, nn.RNNBase, nn.MultiheadAttention):
        for kind in below(base):
            if "forward" in vars(kind):
                around(stack, kind, "forward", layer)


def _building(stack: ExitStack, script: Script) -> None:
    def building(original: Function) -> Function:
        def __init__(self: nn.Module, *args: Any, **kwargs: Any) -> None:  # noqa: N807
            original(self, *args, **kwargs)
            if script.live:
                script.emit(finer.Built(self))

        return __init__

    def adding(original: Function) -> Function:
        def add_module(self: nn.Module, name: str, module: nn.Module | None) -> None:
            if script.live:
                script.emit(finer.Adding(self, module))
            original(self, name, module)

        return add_module

    around(stack, nn.Module, "__init__", building)
    around(stack, nn.Module, "add_module", adding)


def _engine(stack: ExitStack, script: Script) -> None:
    def running(original: Function) -> Function:
        def _engine_run_backward(roots: Any, *args: Any, **kwargs: Any) -> Any:
            if not script.live or script.within_engine:
                return original(roots, *args, **kwargs)
            accumulates = bool(kwargs.get("accumulate_grad"))
            inputs = args[3] or None
            script.emit(
                finer.Differentiating(roots, inputs, accumulates, bool(args[1]), bool(args[2]))
            )
            done, script.within_engine = False, True
            try:
                answer = original(roots, *args, **kwargs)
                done = True
            finally:
                script.within_engine = False
                script.emit(finer.Differentiated(accumulates, done))
            return answer

        return _engine_run_backward

    around(stack, torch.autograd, "_engine_run_backward", running)


def _clearing(stack: ExitStack, script: Script) -> None:
    def optimizers(original: Function) -> Function:
        def zero_grad(self: Optimizer, *args: Any, **kwargs: Any) -> None:
            if script.live:
                script.emit(finer.Clearing(self, parameters(self)))
            original(self, *args, **kwargs)

        return zero_grad

    def modules(original: Function) -> Function:
        def zero_grad(self: nn.Module, *args: Any, **kwargs: Any) -> None:
            if script.live:
                script.emit(finer.Clearing(self, list(self.parameters())))
            original(self, *args, **kwargs)

        return zero_grad

    def making(original: Function) -> Function:
        def __init__(self: Optimizer, *args: Any, **kwargs: Any) -> None:  # noqa: N807
            original(self, *args, **kwargs)
            if script.live:
                script.emit(finer.Made(self))

        return __init__

    around(stack, Optimizer, "zero_grad", optimizers)
    around(stack, nn.Module, "zero_grad", modules)
    around(stack, Optimizer, "__init__", making)


def _passes(stack: ExitStack, script: Script) -> None:
    given: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

    def beginning(original: Function) -> Function:
        def __iter__(self: Any) -> Any:  # noqa: N807
            iterator = original(self)
            if script.live:
                given[iterator] = 0
                script.emit(finer.Passing(self, iterator))
            return iterator

        return __iter__

    def giving(original: Function) -> Function:
        def __next__(self: Any) -> Any:  # noqa: N807
            if not script.live:
                return original(self)
            try:
                batch = original(self)
            except StopIteration:
                script.emit(finer.Passed(self, given.get(self, 0)))
                raise
            number = given.get(self, 0)
            given[self] = number + 1
            script.emit(finer.Given(self, batch, script.rows_of(self), number))
            return batch

        return __next__

    def making(original: Function) -> Function:
        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
            original(self, *args, **kwargs)
            if script.live:
                script.emit(finer.LoaderMade(self))

        return __init__

    around(stack, DataLoader, "__init__", making)
    around(stack, DataLoader, "__iter__", beginning)
    iteration: Any = dataloader._BaseDataLoaderIter  # pyright: ignore[reportPrivateUsage]
    around(stack, iteration, "__next__", giving)


def _schedules(stack: ExitStack, script: Script) -> None:
    busy = False

    def moving(original: Function) -> Function:
        def step(self: Any, *args: Any, **kwargs: Any) -> None:
            nonlocal busy
            if busy or not script.live or getattr(self, "_is_initial", False):
                original(self, *args, **kwargs)
                return
            groups = self.optimizer.param_groups
            before = [float(group["lr"]) for group in groups]
            busy = True
            try:
                original(self, *args, **kwargs)
            finally:
                busy = False
            metric = args[0] if args else kwargs.get("metrics")
            after = [float(group["lr"]) for group in groups]
            script.emit(finer.Scheduling(self, metric, before, after))

        return step

    for kind in below(LRScheduler):
        if "step" in vars(kind):
            around(stack, kind, "step", moving)


def _states(stack: ExitStack, script: Script) -> None:
    depth = threading.local()

    def seeding(original: Function) -> Function:
        def manual_seed(seed: Any) -> Any:
            answer = original(seed)
            if script.live:
                script.emit(finer.Seeded(int(seed)))
            return answer

        return manual_seed

    def taking(original: Function) -> Function:
        def state_dict(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
            if getattr(depth, "inside", False) or not script.live:
                return original(self, *args, **kwargs)
            depth.inside = True
            try:
                state = original(self, *args, **kwargs)
            finally:
                depth.inside = False
            script.emit(finer.StateTaken(self, state))
            return state

        return state_dict

    def giving(original: Function) -> Function:
        def load_state_dict(self: nn.Module, state_dict: Any, *args: Any, **kwargs: Any) -> Any:
            if script.live:
                strict = bool(args[0] if args else kwargs.get("strict", True))
                script.emit(finer.StateGiven(self, state_dict, strict))
            return original(self, state_dict, *args, **kwargs)

        return load_state_dict

    def saving(original: Function) -> Function:
        def save(obj: Any, f: Any, *args: Any, **kwargs: Any) -> None:
            original(obj, f, *args, **kwargs)
            if script.live:
                script.emit(finer.Saved(obj, f))

        return save

    def loading(original: Function) -> Function:
        signature = inspect.signature(original)

        def load(*args: Any, **kwargs: Any) -> Any:
            if script.live:
                given = signature.bind_partial(*args, **kwargs).arguments
                script.emit(finer.Loading(given.get("f"), given.get("weights_only")))
            return original(*args, **kwargs)

        return load

    around(stack, torch, "manual_seed", seeding)
    around(stack, nn.Module, "state_dict", taking)
    around(stack, nn.Module, "load_state_dict", giving)
    around(stack, torch, "save", saving)
    around(stack, torch, "load", loading)


def _scaling(stack: ExitStack, script: Script) -> None:
    def telling(name: str) -> Any:
        def make(original: Function) -> Function:
            def method(self: GradScaler, *args: Any, **kwargs: Any) -> Any:
                if script.live and self.is_enabled():
                    optimizer = args[0] if args and isinstance(args[0], Optimizer) else None
                    script.emit(finer.Scaling(self, name, optimizer))
                return original(self, *args, **kwargs)

            return method

        return make

    for name in ("scale", "unscale_", "step", "update"):
        around(stack, GradScaler, name, telling(name))


def _replicas(stack: ExitStack, script: Script) -> None:
    def making(original: Function) -> Function:
        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
            original(self, *args, **kwargs)
            if script.live:
                script.emit(finer.Replicated(self, called=False))

        return __init__

    def calling(original: Function) -> Function:
        def forward(self: Any, *args: Any, **kwargs: Any) -> Any:
            if script.live:
                script.emit(finer.Replicated(self, called=True))
            return original(self, *args, **kwargs)

        return forward

    around(stack, DistributedDataParallel, "__init__", making)
    around(stack, DistributedDataParallel, "forward", calling)

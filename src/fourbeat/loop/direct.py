"""torch's engine, optimizers and the kernels of fused ones, called without what torch does around them.

For a small model on a CPU that is most of the time of an update: of 49 us for four small parameters
a fused kernel takes 3. The same kernel gets the same tensors, so the bits are the same. What is not known
here in every detail (a hook, a patch, a profiler; for kernels another class or a first step) is left to torch.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim import optimizer as shared  # pyright: ignore[reportAttributeAccessIssue]
from torch.overrides import has_torch_function_unary

TORCH = str(Path(torch.__file__).parent)

Lists = tuple[list[Tensor], ...]


class Direct:
    """Updates and clears for an optimizer, by the shortest way that does the same.

    Args:
        optimizer: any.
    """

    def __init__(self, optimizer: Optimizer):
        self._optimizer = optimizer
        self._kernel = KERNELS.get(type(optimizer))
        self._step, self._zero = type(optimizer).step, type(optimizer).zero_grad
        # torch wraps the step of every class, the user's too: a label for profilers, and hooks.
        self._inner = getattr(self._step, "__wrapped__", None) if is_torchs(self._step) else None
        self._clears = is_torchs(self._zero)

    def step(self) -> None:
        """As `optimizer.step()`."""
        optimizer = self._optimizer
        profiled = torch.autograd.profiler._is_profiler_enabled  # pyright: ignore[reportPrivateUsage]
        if profiled or self._inner is None or not self._alone():
            optimizer.step()
            return
        groups = self._groups()
        if groups is None:
            self._inner(optimizer)
        else:
            kernel = cast(Callable[..., None], self._kernel)
            with torch.no_grad():
                for group, lists in groups:
                    kernel(group, *lists)
        optimizer._opt_called = True  # pyright: ignore[reportAttributeAccessIssue]  # schedulers look

    def spares(self) -> bool:
        """Whether its step leaves gradients as they are."""
        if self._kernel is None or self._inner is None or not self._alone():
            return False
        # Lists of tensors at once: SGD's momentum is added to the gradients themselves.
        return not any(group.get("foreach") for group in self._optimizer.param_groups)

    def _alone(self) -> bool:
        """Whether a step is the class's own and nothing more."""
        optimizer = self._optimizer
        if type(optimizer).step is not self._step or hooked(optimizer):
            return False
        own = vars(optimizer).get("step")
        if own is None:
            return True
        # A scheduler's counts; another's may do more, such as torch.compile's.
        return hasattr(own, "_wrapped_by_lr_sched") and own.__wrapped__ is self._step

    def clear(self) -> None:
        """As `optimizer.zero_grad(set_to_none=True)`."""
        optimizer = self._optimizer
        own = "zero_grad" in vars(optimizer)
        if own or not self._clears or type(optimizer).zero_grad is not self._zero:
            optimizer.zero_grad(set_to_none=True)
            return
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    def _groups(self) -> list[tuple[dict[str, Any], Lists]] | None:
        """The tensors of each group; None where the kernel alone would not be the same."""
        if self._kernel is None:
            return None
        optimizer = self._optimizer
        found: list[tuple[dict[str, Any], Lists]] = []
        for group in optimizer.param_groups:
            lists = tensors_of(optimizer, group)
            if lists is None:
                return None
            found.append((group, lists))
        return found


def backward(loss: Tensor) -> None:
    """As `loss.backward()`."""
    known = is_torchs(Tensor.backward) and is_torchs(torch.autograd.backward)
    if has_torch_function_unary(loss) or not known:
        loss.backward()
        return
    start = torch.ones_like(loss)  # not kept: a parameter may take it for its gradient
    torch.autograd._engine_run_backward(  # pyright: ignore
        (loss,), (start,), False, False, (), allow_unreachable=True, accumulate_grad=True
    )


def is_torchs(function: Any) -> bool:
    """Whether a function, and not merely what it wraps, is torch's own."""
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return code is not None and code.co_filename.startswith(TORCH)


def hooked(optimizer: Any) -> bool:
    """Whether anybody is to be called before or after a step."""
    return bool(
        optimizer._optimizer_step_pre_hooks
        or optimizer._optimizer_step_post_hooks
        or shared._global_optimizer_pre_hooks  # pyright: ignore[reportPrivateUsage]
        or shared._global_optimizer_post_hooks  # pyright: ignore[reportPrivateUsage]
    )


def tensors_of(optimizer: Optimizer, group: dict[str, Any]) -> Lists | None:
    """Parameters, gradients and state of a group, in the kernel's order."""
    plain = group.get("fused") and not group.get("capturable") and not group["differentiable"]
    if not plain or {type(n) for n in (group["lr"], *group.get("betas", ()))} != {float}:
        return None
    names: Sequence[str] = ()
    if group.get("momentum"):
        names = ("momentum_buffer",)
    elif "betas" in group:
        largest = ("max_exp_avg_sq",) if group["amsgrad"] else ()
        names = ("exp_avg", "exp_avg_sq", *largest, "step")
    parameters: list[Tensor] = group["params"]
    gradients: list[Tensor] = []
    lists: Lists = tuple([] for _ in names)
    state = optimizer.state
    for parameter in parameters:
        gradient, held = parameter.grad, state.get(parameter)
        if (
            gradient is None
            or gradient.layout is not torch.strided
            or parameter.device.type != "cpu"
        ):
            return None
        if parameter.dtype is not torch.float32 or gradient.dtype is not torch.float32:
            return None
        gradients.append(gradient)
        if not names:
            continue
        if not held:  # before the first step
            return None
        for values, name in zip(lists, names, strict=True):
            value = held.get(name)
            if value is None:
                return None
            values.append(value)
    return parameters, gradients, *lists


def adam(group: dict[str, Any], *tensors: list[Tensor]) -> None:
    """Adam, and AdamW with `decoupled_weight_decay`."""
    parameters, gradients, means, squares, *largest, steps = tensors
    beta1, beta2 = group["betas"]
    kernel: Any = torch._fused_adamw_ if group["decoupled_weight_decay"] else torch._fused_adam_  # pyright: ignore
    torch._foreach_add_(steps, 1)  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
    kernel(
        parameters,
        gradients,
        means,
        squares,
        largest[0] if largest else [],
        steps,
        amsgrad=group["amsgrad"],
        lr=group["lr"],
        beta1=beta1,
        beta2=beta2,
        weight_decay=group["weight_decay"],
        eps=group["eps"],
        maximize=group["maximize"],
    )


def sgd(group: dict[str, Any], *tensors: list[Tensor]) -> None:
    """SGD, with momentum or without."""
    parameters, gradients, *momentum = tensors
    kernel: Any = torch._fused_sgd_  # pyright: ignore
    kernel(
        parameters,
        gradients,
        momentum[0] if momentum else [],
        weight_decay=group["weight_decay"],
        momentum=group["momentum"],
        lr=group["lr"],
        dampening=group["dampening"],
        nesterov=group["nesterov"],
        maximize=group["maximize"],
        is_first_step=False,
    )


KERNELS: dict[type, Callable[..., None]] = {
    torch.optim.Adam: adam,
    torch.optim.AdamW: adam,
    torch.optim.SGD: sgd,
}
"""By the very class: one that inherits from it may do otherwise."""

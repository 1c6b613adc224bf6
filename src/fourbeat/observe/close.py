"""A close look: every function of PyTorch's that the script comes to, told one by one.

It costs about half of a small step again, so it is for a few steps at a time.
"""

from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from fourbeat.observe.finer import Operation
from fourbeat.observe.patch import Function, around, transforming
from fourbeat.observe.script import Script

_BACKWARD = Tensor.backward


class CloseLook(TorchFunctionMode):
    """Tells `Operation` for each call of a PyTorch function, while it is on.

    Args:
        script: whose.
    """

    def __init__(self, script: Script):
        super().__init__()
        self._script = script
        self._hidden = ExitStack()

    def hide(self) -> None:
        """Do not let transformer layers know of it: at work they would take another path, with other bits."""

        def unaware(original: Function) -> Function:
            def has_torch_function(arguments: Any) -> bool:
                if torch.overrides._get_current_function_mode() is not self:  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
                    return original(arguments)
                with torch.overrides._pop_mode_temporarily():  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
                    return original(arguments)

            return has_torch_function

        self.show()
        around(self._hidden, torch.overrides, "has_torch_function", unaware)

    def show(self) -> None:
        """Let it be seen again."""
        self._hidden.close()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Let it happen, then tell it."""
        kwargs = kwargs or {}
        if func is Tensor.backward:  # where the script has put its own, that is already at work
            func = _BACKWARD
        result = func(*args, **kwargs)
        if self._script.live and not self._script.within_engine and not transforming():
            self._script.emit(Operation(func, args, kwargs, result))
        return result


def fuses(module: nn.Module) -> bool:
    """Whether a part of a module asks who looks on, and takes its fused path only if nobody does.

    A compiled one asks the compiler.
    """
    parts = list(module.modules())
    if any(hasattr(part, "_orig_mod") or part._compiled_call_impl is not None for part in parts):  # pyright: ignore[reportPrivateUsage]
        return False
    kinds = nn.TransformerEncoder | nn.TransformerEncoderLayer | nn.MultiheadAttention
    return any(isinstance(part, kinds) and not part.training for part in parts)

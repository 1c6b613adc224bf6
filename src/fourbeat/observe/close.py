"""A close look: every function of PyTorch's that the script comes to, told one by one.

It costs about half of a small step again, so it is for a few steps at a time.
"""

import sys
import warnings
from contextlib import ExitStack
from types import TracebackType
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
        self._warned = ExitStack()

    def __enter__(self) -> "CloseLook":
        super().__enter__()
        around(self._warned, warnings, "_showwarnmsg", of_the_caller)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._warned.close()
        super().__exit__(kind, error, trace)

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


def of_the_caller(original: Function) -> Function:
    """Have a warning of PyTorch's own name the line that it names without a close look.

    It blames the innermost frame of Python, which is here; whether it was shown before there, and what
    the script's filters say of it, is asked again for that line.
    """

    def show(message: warnings.WarningMessage) -> None:
        frame = sys._getframe()  # pyright: ignore[reportPrivateUsage]
        while frame is not None and frame.f_code is not CloseLook.__torch_function__.__code__:
            frame = frame.f_back
        here = message.filename in (__file__, torch.overrides.__file__)
        caller = frame.f_back if frame is not None and here else None
        if caller is not None and caller.f_code.co_filename == torch.overrides.__file__:
            within = caller.f_back  # the function, which handed its call over
            caller = within.f_back if within is not None else None
        if caller is None:
            original(message)
            return
        for blamed in (globals(), torch.overrides.__dict__):
            blamed.pop("__warningregistry__", None)
        warnings.warn_explicit(
            message.message,
            message.category,
            caller.f_code.co_filename,
            caller.f_lineno,
            caller.f_globals.get("__name__"),
            caller.f_globals.setdefault("__warningregistry__", {}),
            source=message.source,
        )

    return show


def fuses(module: nn.Module) -> bool:
    """Whether a part of a module asks who looks on, and takes its fused path only if nobody does.

    A compiled one asks the compiler.
    """
    parts = list(module.modules())
    if any(hasattr(part, "_orig_mod") or part._compiled_call_impl is not None for part in parts):  # pyright: ignore[reportPrivateUsage]
        return False
    kinds = nn.TransformerEncoder | nn.TransformerEncoderLayer | nn.MultiheadAttention
    return any(isinstance(part, kinds) and not part.training for part in parts)

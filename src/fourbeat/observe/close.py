"""A close look: every function of PyTorch's that the script comes to, told one by one.

It costs about half of a small step again, so it is for a few steps at a time.
"""

from typing import Any

from torch.overrides import TorchFunctionMode

from fourbeat.observe.finer import Operation
from fourbeat.observe.patch import transforming
from fourbeat.observe.script import Script


class CloseLook(TorchFunctionMode):
    """Tells `Operation` for each call of a PyTorch function, while it is on.

    Args:
        script: whose.
    """

    def __init__(self, script: Script):
        super().__init__()
        self._script = script

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Let it happen, then tell it."""
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if self._script.live and not self._script.within_engine and not transforming():
            self._script.emit(Operation(func, args, kwargs, result))
        return result

"""On a GPU: stop an optimizer on its own device, so that the host need not wait to know.

A fused optimizer leaves weights and state alone where its `found_inf` is 1: what GradScaler uses.
The gate closes at the first loss or norm that is not finite, and stays closed. The host reads it
one step later, when the device has long computed it, and then names what it was.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.optim import Optimizer

DEVICES = {"cuda"}
"""Where the host runs ahead of the device, so that reading a value is waiting for it."""


class Gate:
    """Of one optimizer.

    Attributes:
        losses: of the open step, as its `backward` got them.
        norms: of its gradients, by parameter.
    """

    def __init__(self, device: torch.device):
        self._closed = torch.zeros((), device=device)
        self.losses: list[Tensor] = []
        self.norms: list[tuple[Tensor, Tensor]] = []

    @staticmethod
    def of(optimizer: Optimizer) -> "Gate | None":
        """A gate for an optimizer that minds one, on a device where it is worth it."""
        devices = {p.device for group in optimizer.param_groups for p in group["params"]}
        minds = getattr(optimizer, "_step_supports_amp_scaling", False)
        if not minds or len(devices) != 1 or next(iter(devices)).type not in DEVICES:
            return None
        return Gate(next(iter(devices)))

    def clear(self) -> None:
        """Begin a step."""
        self.losses, self.norms = [], []

    def watch(self, value: Tensor) -> None:
        """Close if a scalar tensor is not finite."""
        self._closed = torch.maximum(self._closed, (~value.detach().isfinite()).float())

    def step(self, optimizer: Optimizer) -> None:
        """Step the optimizer if the gate is open."""
        optimizer.found_inf = self._closed  # pyright: ignore[reportAttributeAccessIssue]
        try:
            optimizer.step()
        finally:
            del optimizer.found_inf  # pyright: ignore[reportAttributeAccessIssue]

    def look(self) -> Callable[[], bool]:
        """Begin to copy to the host whether it is closed; the function given waits for that."""
        if self._closed.device.type != "cuda":
            now = self._closed.clone()
            return lambda: bool(now)
        there = torch.empty((), pin_memory=True).copy_(self._closed, non_blocking=True)
        copied = torch.cuda.Event()
        copied.record(torch.cuda.current_stream(self._closed.device))

        def read() -> bool:
            copied.synchronize()
            return bool(there)

        return read

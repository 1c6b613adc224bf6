"""What a run trains, as one state: model, optimizer, scheduler, and what the user adds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from fourbeat.checkpoint import objects
from fourbeat.checkpoint.plain import copy
from fourbeat.errors import CheckpointError


class Stateful(Protocol):
    """Anything of the user's that a checkpoint must hold."""

    def state_dict(self) -> dict[str, Any]:
        """Its state: tensors and plain values."""
        ...

    def load_state_dict(self, state_dict: dict[str, Any]) -> Any:
        """Take a state back."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """The user's objects; they stay the user's, and are changed in place."""

    model: nn.Module
    optimizer: Optimizer
    scheduler: LRScheduler | None
    extra: Mapping[str, Stateful]

    def state(self) -> dict[str, Any]:
        """Their state, by reference."""
        return {
            "model": objects.model_state(self.model),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict() if self.scheduler else None,
            "extra": {name: thing.state_dict() for name, thing in self.extra.items()},
        }

    def restore(self, saved: dict[str, Any], place: str) -> None:
        """Put a saved state back.

        Raises:
            CheckpointError: if it is the state of other objects.
        """
        absent = sorted(self.extra.keys() - saved["extra"].keys())
        if absent or (self.scheduler is not None and saved["scheduler"] is None):
            what = ", ".join(absent) or "scheduler"
            raise CheckpointError(
                f"the checkpoint holds no {what}", place, "Train into a new directory"
            )
        objects.restore_model(self.model, saved["model"])
        objects.restore_optimizer(self.optimizer, saved["optimizer"])
        if self.scheduler is not None:
            self.scheduler.load_state_dict(saved["scheduler"])
        for name, thing in self.extra.items():
            thing.load_state_dict(saved["extra"][name])

    def weights(self) -> dict[str, Tensor]:
        """A copy of the model's state dict, on the CPU."""
        state: dict[str, Tensor] = copy(dict(self.model.state_dict()))
        return {name: tensor.cpu() for name, tensor in state.items()}

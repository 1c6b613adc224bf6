"""What a run trains, as one state: model, optimizer, scheduler, and what the user adds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor, nn
from torch.optim import Optimizer

from fourbeat.checkpoint import objects
from fourbeat.checkpoint.plain import copy
from fourbeat.errors import CheckpointError
from fourbeat.loop.average import WeightAverage
from fourbeat.loop.lane import Lane


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
    lanes: Mapping[str, Lane]
    extra: Mapping[str, Stateful]
    average: WeightAverage | None = None

    def state(self) -> dict[str, Any]:
        """Their state, by reference."""
        return {
            "model": objects.model_state(self.model),
            **{
                kind: {name: thing.state_dict() for name, thing in things.items()}
                for kind, things in self._stateful().items()
            },
        }

    def _stateful(self) -> dict[str, dict[str, Stateful]]:
        """What has a state of its own, by kind and name."""
        lanes = self.lanes.items()
        return {
            "optimizer": {name: lane.optimizer for name, lane in lanes},
            "scheduler": {name: lane.scheduler for name, lane in lanes if lane.scheduler},
            "warmup": {name: lane.warmup for name, lane in lanes if lane.warmup},
            "scaler": {name: lane.scaler for name, lane in lanes if lane.scaler},
            "average": {"weights": self.average} if self.average else {},
            "extra": dict(self.extra),
        }

    def restore(self, saved: dict[str, Any], place: str) -> None:
        """Put a saved state back.

        Raises:
            CheckpointError: if it is the state of other objects.
        """
        absent = [
            f"{kind} {name!r}"
            for kind, things in self._stateful().items()
            for name in things.keys() - saved[kind].keys()
        ]
        if absent:
            raise CheckpointError(
                f"the checkpoint holds no {', '.join(sorted(absent))}",
                place,
                "Train into a new directory",
            )
        objects.restore_model(self.model, saved["model"])
        for kind, things in self._stateful().items():
            for name, thing in things.items():
                if isinstance(thing, Optimizer):
                    objects.restore_optimizer(thing, saved[kind][name])
                else:
                    thing.load_state_dict(saved[kind][name])

    def weights(self) -> dict[str, Tensor]:
        """A copy of the state dict, averaged if the run averages, on the CPU."""
        model = (self.average.model if self.average else None) or self.model
        state: dict[str, Tensor] = copy(dict(model.state_dict()))
        return {
            name: value.cpu() if isinstance(value, Tensor) else value  # pyright: ignore[reportUnnecessaryIsInstance]
            for name, value in state.items()
        }

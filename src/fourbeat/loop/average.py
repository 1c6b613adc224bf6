"""Averages of the weights over training, by torch's own `AveragedModel`."""

from dataclasses import dataclass
from typing import Any

from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


@dataclass(frozen=True, slots=True)
class EMA:
    """Exponential moving average, after every update.

    Attributes:
        decay: weight of the past.
    """

    decay: float = 0.999


@dataclass(frozen=True, slots=True)
class SWA:
    """Stochastic weight averaging: the mean of the weights at the ends of epochs.

    After Izmailov and others, Averaging Weights Leads to Wider Optima (2018). The statistics of
    batch normalisation are averaged with the weights.

    Attributes:
        start: the first epoch that counts, from 1.
    """

    start: int = 1


class WeightAverage:
    """A model's average so far.

    Args:
        model: that is trained; copied.
        rule: what is averaged when.
    """

    def __init__(self, model: nn.Module, rule: EMA | SWA):
        self.rule = rule
        average = get_ema_multi_avg_fn(rule.decay) if isinstance(rule, EMA) else None
        self._model = model
        self._averaged = AveragedModel(model, multi_avg_fn=average, use_buffers=True)

    @property
    def model(self) -> nn.Module | None:
        """The model with the averaged weights; None before the first average."""
        return self._averaged.module if int(self._averaged.n_averaged) else None

    def after_update(self) -> None:
        """Count an update."""
        if isinstance(self.rule, EMA):
            self._averaged.update_parameters(self._model)

    def after_pass(self, epoch: int) -> None:
        """Count a pass over the training data, in the epoch of that number."""
        if isinstance(self.rule, SWA) and epoch >= self.rule.start:
            self._averaged.update_parameters(self._model)

    def state_dict(self) -> dict[str, Any]:
        """Its state."""
        return self._averaged.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take a state back."""
        self._averaged.load_state_dict(state_dict)

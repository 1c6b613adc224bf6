"""All that one step did: batch, outputs, loss, gradients, update."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from fourbeat.checkpoint.plain import copy
from fourbeat.observe import events
from fourbeat.observe.stream import Subjects
from fourbeat.record.layout import SECONDS, Layout


class LayerNorms(NamedTuple):
    """2-norms of one parameter in one step.

    Attributes:
        weight: before the update.
        gradient: before clipping.
        update: of what the update changed.
        nonfinite: values of the gradient that are not finite.
    """

    weight: float
    gradient: float
    update: float
    nonfinite: int

    @property
    def ratio(self) -> float:
        """Norm of the update over norm of the weights."""
        return self.update / self.weight if self.weight else float("nan")


class Seen:
    """One step, seen as it was done again. Tensors are copies, but for `modules` and `optimizers`.

    Attributes:
        number: steps done before it.
        epoch: from 1.
        batches: as the loader gave them; one, but for accumulation.
        rows: the numbers of their rows in the dataset, int64; None where they cannot be seen.
        outputs: of the calls of each module, in their order: `(name, output)`.
        losses: in their order: `(optimizer's name, value)`.
        weights: of each parameter before its update, by name.
        gradients: before clipping, by name.
        updates: what was added to the weights, by name.
        layers: the norms of each parameter that was updated.
        seconds: of the beats, when this was done again.
        rates: the learning rates of each optimizer's groups.
        grad_norms: 2-norm of each optimizer's gradients, before clipping.
        modules: that were called, by name; "" is the model itself.
        optimizers: by name.
    """

    def __init__(self, subjects: Callable[[], Subjects]):
        self._subjects = subjects
        self.number = self.epoch = 0
        self.batches: list[Any] = []
        self._rows: list[np.ndarray] = []
        self.outputs: list[tuple[str, Any]] = []
        self.losses: list[tuple[str, Tensor]] = []
        self.weights: dict[str, Tensor] = {}
        self.gradients: dict[str, Tensor] = {}
        self.updates: dict[str, Tensor] = {}
        self.layers: dict[str, LayerNorms] = {}
        self.seconds: dict[str, float] = {}
        self.rates: dict[str, list[float]] = {}
        self.grad_norms: dict[str, float] = {}
        self.modules: dict[str, nn.Module] = {}
        self.optimizers: dict[str, Optimizer] = {}
        self._states: dict[str, Any] = {}

    @property
    def batch(self) -> Any:
        """The first of the batches."""
        return self.batches[0] if self.batches else None

    @property
    def rows(self) -> np.ndarray | None:
        """Numbers of the rows of all batches."""
        return np.concatenate(self._rows) if self._rows else None

    @property
    def model(self) -> Any:
        """The model that was called; of several, a dict by name."""
        return self.modules[""] if list(self.modules) == [""] else self.modules

    @property
    def logits(self) -> Any:
        """What the model answered last."""
        return self.outputs[-1][1] if self.outputs else None

    @property
    def loss(self) -> Tensor | None:
        """The first loss, a scalar without a graph."""
        return self.losses[0][1] if self.losses else None

    def take(self, event: events.Event) -> None:
        """See an event of the step."""
        match event:
            case events.Batch():
                self.batches.append(event.batch)
                if event.rows is not None:
                    self._rows.append(event.rows)
            case events.Forward():
                self.modules[event.name] = event.module
                self.outputs.append((event.name, copy(event.output)))
            case events.Loss():
                name = "" if event.optimizer is None else self._name(event.optimizer)
                self.losses.append((name, event.value.detach().clone()))
            case events.Gradients() | events.Updating():
                self._before(event.optimizer)
            case events.Clip():
                for optimizer in self._subjects().optimizers.values():
                    self._before(optimizer)
            case events.Updated():
                self._after(event.optimizer)
            case _:
                pass

    def _name(self, optimizer: Optimizer) -> str:
        every = self._subjects().optimizers
        return next((name for name, one in every.items() if one is optimizer), "")

    def _held(self, optimizer: Optimizer) -> dict[str, Tensor]:
        held = {id(p) for group in optimizer.param_groups for p in group["params"]}
        return {n: p for n, p in self._subjects().parameters.items() if id(p) in held}

    def _before(self, optimizer: Optimizer) -> None:
        """Keep weights, gradients and the optimizer's own state, once."""
        name = self._name(optimizer)
        if name in self.optimizers:
            return
        self.optimizers[name] = optimizer
        self._states[name] = copy(optimizer.state_dict())
        for key, p in self._held(optimizer).items():
            self.weights[key] = p.detach().clone()
            if p.grad is not None:
                self.gradients[key] = p.grad.detach().clone()

    def _after(self, optimizer: Optimizer) -> None:
        for key, p in self._held(optimizer).items():
            self.updates[key] = p.detach() - self.weights[key]

    def finish(self, layout: Layout, record: Any) -> None:
        """Take over what the record of the step says."""
        self.number, self.epoch = int(record["step"]), int(record["epoch"])
        self.seconds = dict(zip(SECONDS, record["seconds"].tolist(), strict=True))
        self.grad_norms = dict(zip(layout.optimizers, record["grad_norm"].tolist(), strict=True))
        rates: list[float] = record["lr"].tolist()
        for name, groups in layout.optimizers.items():
            self.rates[name], rates = rates[: len(groups)], rates[len(groups) :]
        for column, name in enumerate(layout.parameters):
            if name in self.weights:
                self.layers[name] = LayerNorms(
                    float(record["weight"][column]),
                    float(record["grad"][column]),
                    float(record["update"][column]),
                    int(record["nonfinite"][column]),
                )

    def rewind(self) -> None:
        """Put parameters, gradients and optimizers back to where they stood before the update."""
        parameters = self._subjects().parameters
        with torch.no_grad():
            for name, value in self.weights.items():
                parameters[name].copy_(value)
        for name in self.weights:
            value = self.gradients.get(name)
            parameters[name].grad = None if value is None else value.clone()
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(self._states[name])

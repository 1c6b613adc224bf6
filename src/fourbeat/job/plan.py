"""A configuration resolved against its data: all that training needs, and nothing begun."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from fourbeat.config.options import Config
from fourbeat.data.images import PreparedImages
from fourbeat.data.loader import TensorLoader
from fourbeat.data.prepare import Prepared, prepare
from fourbeat.errors import ConfigError
from fourbeat.job import image_plan
from fourbeat.job.making import make_optimizer, make_scheduler
from fourbeat.job.tasks.known import TASKS
from fourbeat.loop.contract import check_batch
from fourbeat.models.build import build

EVALUATION_BATCH = 8192
BATCHES = (32, 1024)
"""The smallest and the largest batch that a number of rows leads to."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What `fourbeat train` will do."""

    config: Config
    data: Prepared | PreparedImages
    model: nn.Module
    optimizer: Optimizer
    scheduler: LRScheduler | None
    loss: nn.Module
    train: TensorLoader
    validation: TensorLoader
    test: TensorLoader | None

    def resolved(self) -> Config:
        """The configuration with what was left to the data."""
        data = self.config.data
        if isinstance(self.data, Prepared):
            data = data.model_copy(update={"min_count": self.data.min_count})
        train = self.config.train.model_copy(update={"batch_size": self.train.batch_size})
        return self.config.model_copy(update={"data": data, "train": train})

    @property
    def steps(self) -> int:
        """Updates in an epoch."""
        return math.ceil(len(self.train) / self.config.train.accumulate)


def resolve(config: Config, frame: Any = None) -> Plan:
    """Read the data, and make the model with its optimizer.

    The weights depend on `config.seed` alone: torch is seeded with it first.

    Raises:
        ConfigError, DataError: with what does not fit.
    """
    device = device_named(config.train.device)
    if config.image is not None:
        data = image_plan.read(config)
    else:
        data = prepare(config.data, config.split, config.seed, frame)
    torch.manual_seed(config.seed)
    model = build(config.model, data.shape).to(device)
    optimizer = make_optimizer(config.optimizer, model)

    def loader(rows: Any, batch_size: int, *, shuffle: bool) -> TensorLoader:
        if isinstance(data, PreparedImages):
            return image_plan.image_loader(
                data, rows, batch_size, seed=config.seed, shuffle=shuffle
            )
        return TensorLoader(
            *data.features.inputs(),
            data.target,
            rows=torch.from_numpy(rows),
            batch_size=batch_size,
            shuffle=shuffle,
            seed=config.seed,
        )

    bounds = image_plan.BATCHES if config.image else BATCHES
    size = config.train.batch_size or batch_size(len(data.rows.train), *bounds)
    train = loader(data.rows.train, size, shuffle=True)
    normalised = config.model.name == "mlp" and config.model.widths
    if normalised and config.model.norm == "batch" and len(data.rows.train) % size == 1:
        raise ConfigError(
            f"the last batch of {len(data.rows.train)} rows by {size} has one row, and batch "
            "normalisation needs two",
            "train.batch_size",
            f"Choose another, e.g. --set train.batch_size={size + 1}",
        )
    task = TASKS[config.data.task]
    rows = torch.from_numpy(data.rows.train)
    loss = task.loss(config.train, data.target[rows], data.record).to(device)
    check_batch(model, next(train.batches(0)), loss)
    held_out = data.target[torch.from_numpy(data.rows.validation)]
    why = task.undefined(held_out, data.record).get(config.train.select)
    if why:
        raise ConfigError(
            f"{why}, so there is no {config.train.select.upper()} to select by",
            "train.select",
            "Use --set train.select=loss",
        )
    steps = math.ceil(len(train) / config.train.accumulate)
    return Plan(
        config=config,
        data=data,
        model=model,
        optimizer=optimizer,
        scheduler=make_scheduler(config, optimizer, steps),
        loss=loss,
        train=train,
        validation=loader(data.rows.validation, EVALUATION_BATCH, shuffle=False),
        test=loader(data.rows.test, EVALUATION_BATCH, shuffle=False)
        if len(data.rows.test)
        else None,
    )


def batch_size(rows: int, least: int, most: int) -> int:
    """A power of two near a hundredth of the rows, within bounds: 100 steps an epoch."""
    return max(least, min(most, 2 ** round(math.log2(max(rows, 1) / 100))))


def device_named(name: str) -> torch.device:
    """The device, or the best there is for `auto`."""
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        name = next(device for device, here in there.items() if here)
    if not there[name]:
        raise ConfigError(f"no {name} device here", "train.device", "Use --set train.device=auto")
    return torch.device(name)

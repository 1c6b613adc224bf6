"""A configuration resolved against its data: all that training needs, and nothing begun."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LRScheduler,
    OneCycleLR,
    ReduceLROnPlateau,
)

from fourbeat.config import Config, OptimizerConfig
from fourbeat.data.images import PreparedImages
from fourbeat.data.loader import TensorLoader
from fourbeat.data.prepare import Prepared, prepare
from fourbeat.errors import ConfigError
from fourbeat.job import image_plan
from fourbeat.loop.contract import check_batch
from fourbeat.loop.select import direction_of
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
        return len(self.train)


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
    check_batch(model, next(train.batches(0)), nn.CrossEntropyLoss())
    present = set(data.target[torch.from_numpy(data.rows.validation)].tolist())
    if config.train.select == "auc" and len(present) < data.shape.classes:
        raise ConfigError(
            "a class has no validation row, so there is no AUC to select by",
            "train.select",
            "Use --set train.select=loss",
        )
    return Plan(
        config=config,
        data=data,
        model=model,
        optimizer=optimizer,
        scheduler=make_scheduler(config, optimizer, len(train)),
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


def make_optimizer(config: OptimizerConfig, model: nn.Module) -> Optimizer:
    """The optimizer over all trainable parameters."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    if not parameters:
        raise ConfigError("the model has no trainable parameter", "model")
    options: dict[str, Any] = {"lr": config.lr, "weight_decay": config.weight_decay}
    if config.name == "sgd":
        return torch.optim.SGD(parameters, momentum=config.momentum, **options)
    if config.name == "adam":
        return torch.optim.Adam(parameters, **options)
    return torch.optim.AdamW(parameters, **options)


def make_scheduler(config: Config, optimizer: Optimizer, steps: int) -> LRScheduler | None:
    """The scheduler, its horizon set to the steps that will run."""
    options, epochs = config.scheduler, config.train.epochs
    if options.name == "cosine":
        return CosineAnnealingLR(optimizer, T_max=epochs)
    if options.name == "onecycle":
        return OneCycleLR(optimizer, max_lr=config.optimizer.lr, total_steps=epochs * steps)
    if options.name == "plateau":
        return ReduceLROnPlateau(
            optimizer,
            mode=direction_of(config.train.select, None),
            factor=options.factor,
            patience=options.patience,
        )
    return None

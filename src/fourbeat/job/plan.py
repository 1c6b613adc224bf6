"""A configuration resolved against its data: all that training needs, and nothing begun."""

import math
from collections.abc import Iterable, Sized
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from fourbeat.config.options import Config
from fourbeat.data.bins import in_bins
from fourbeat.data.encode import Features
from fourbeat.data.images import PreparedImages
from fourbeat.data.loader import TensorLoader
from fourbeat.data.own import OwnData
from fourbeat.data.prepare import Prepared, prepare
from fourbeat.data.record import DataRecord
from fourbeat.data.windows import WindowLoader, window_rows
from fourbeat.errors import ConfigError
from fourbeat.job import image_plan, own_plan
from fourbeat.job.making import make_optimizer, make_scheduler
from fourbeat.job.placing import device_named, placed
from fourbeat.job.results.baselines import check_baselines
from fourbeat.job.results.decision import check_goal
from fourbeat.job.tasks.known import TASKS
from fourbeat.loop.contract import check_batch
from fourbeat.models.build import build
from fourbeat.models.tabm import TabM, each_member
from fourbeat.types import Split

EVALUATION_BATCH = 8192
BATCHES = (32, 1024)
"""The smallest and the largest batch that a number of rows leads to."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What `fourbeat train` will do."""

    config: Config
    data: Prepared | PreparedImages | OwnData
    record: DataRecord
    model: nn.Module
    optimizer: Optimizer
    scheduler: LRScheduler | None
    loss: nn.Module
    train: Iterable[Any]
    validation: Iterable[Any]
    test: Iterable[Any] | None
    batch_size: int | None
    """Rows in a batch; None where the loader is the user's own."""
    steps: int | None
    """Updates in an epoch; None for data that does not say its length."""

    def resolved(self) -> Config:
        """The configuration with what was left to the data."""
        data = self.config.data
        if isinstance(self.data, Prepared):
            data = data.model_copy(update={"min_count": self.data.min_count})
        train = self.config.train.model_copy(update={"batch_size": self.batch_size})
        return self.config.model_copy(update={"data": data, "train": train})


def resolve(config: Config, frame: Any = None) -> Plan:
    """Read the data, and make the model with its optimizer.

    The weights depend on `config.seed` alone: torch is seeded with it first.

    Raises:
        ConfigError, DataError: with what does not fit.
    """
    device_named(config.train.device)  # an error that need not wait for the data
    return plan_of(config, read(config, frame))


def plan_of(config: Config, data: Prepared | PreparedImages | OwnData) -> Plan:
    """`resolve`, for data that is read already."""
    device = device_named(config.train.device)
    size = config.train.batch_size or size_for(data)
    loaders = loaders_of(data, config, size)
    first = own_plan.peek(data, loaders["train"]) if isinstance(data, OwnData) else None
    shape = own_plan.shape(data, first) if isinstance(data, OwnData) else data.shape
    torch.manual_seed(config.seed)
    model = build(config.model, shape).to(device)
    optimizer = make_optimizer(config.optimizer, model)
    if isinstance(data, OwnData):
        record, targets = own_plan.record(data, config, model, first), (torch.zeros(0), None)
    else:
        check_last_batch(config, len(data.rows.train), size)
        record, first = data.record, next(iter(loaders["train"]))
        rows = (torch.from_numpy(data.rows.train), torch.from_numpy(data.rows.validation))
        targets = (data.target[rows[0]], data.target[rows[1]])
    task = TASKS[record.task]
    loss = task.loss(config.train, targets[0], record).to(device)
    if isinstance(model, TabM):
        loss.register_forward_pre_hook(each_member)
    check_batch(model, first, loss)
    why = {} if targets[1] is None else task.undefined(targets[1], record)
    if config.train.select in why:
        raise ConfigError(
            f"{why[config.train.select]}, so there is no {config.train.select.upper()} to select by",
            "train.select",
            "Use --set train.select=loss",
        )
    check_goal(config, record, why)
    check_baselines(config, data)
    batches = length_of(loaders["train"])
    steps = None if batches is None else math.ceil(batches / config.train.accumulate)
    return Plan(
        config=config,
        data=data,
        record=record,
        model=model,
        optimizer=optimizer,
        scheduler=make_scheduler(config, optimizer, steps),
        loss=loss,
        train=loaders["train"],
        validation=loaders["validation"],
        test=loaders.get("test"),
        batch_size=None if isinstance(data, OwnData) and data.batched else size,
        steps=steps,
    )


def read(config: Config, frame: Any) -> Prepared | PreparedImages | OwnData:
    """The data: a table, images, or one's own."""
    if config.data.stream and (config.data.factory is not None or config.image is not None):
        raise ConfigError("tables alone are streamed", "data.stream", "Leave it out")
    if config.data.factory is not None:
        return own_plan.read(config)
    if config.image is not None:
        return image_plan.read(config)
    data = prepare(config.data, config.split, config.split_seed, frame)
    return in_bins(data) if config.model.numeric == "piecewise" else data


def loaders_of(
    data: Prepared | PreparedImages | OwnData, config: Config, size: int
) -> dict[Split, Iterable[Any]]:
    """A loader for each side that has rows."""
    if isinstance(data, OwnData):
        return data.loaders(size)
    there = placed(data, device_named(config.train.device), config.speed.data_on_device)
    sides: dict[Split, Any] = {"train": data.rows.train, "validation": data.rows.validation}
    if len(data.rows.test):
        sides["test"] = data.rows.test
    if isinstance(there, PreparedImages):
        return {
            side: image_plan.image_loader(
                there,
                rows,
                size if side == "train" else config.speed.evaluation_batch,
                seed=config.seed,
                shuffle=side == "train",
            )
            for side, rows in sides.items()
        }
    return {
        side: table_loader(
            there,
            rows,
            size if side == "train" else config.speed.evaluation_batch or EVALUATION_BATCH,
            seed=config.seed,
            shuffle=side == "train",
        )
        for side, rows in sides.items()
    }


def table_loader(
    data: Prepared, rows: np.ndarray, size: int, *, seed: int, shuffle: bool
) -> TensorLoader | WindowLoader:
    """A loader of some rows of a table, in memory or streamed."""
    features, target = data.features, data.target
    numbers = torch.from_numpy(rows)
    if isinstance(features, Features):
        tensors = (*features.inputs(), target)
        return TensorLoader(*tensors, rows=numbers, batch_size=size, shuffle=shuffle, seed=seed)

    def read(group: int) -> tuple[torch.Tensor, ...]:
        begin, end = features.starts[group : group + 2].tolist()
        return (*features.group(group).inputs(), target[begin:end])

    return WindowLoader(
        read,
        features.counts,
        rows=numbers,
        batch_size=size,
        window=window_rows(features.row_bytes),
        shuffle=shuffle,
        seed=seed,
    )


def size_for(data: Prepared | PreparedImages | OwnData) -> int:
    """The batch size that the number of training rows leads to."""
    if isinstance(data, OwnData):
        rows = data.rows.get("train")
        return own_plan.BATCH if rows is None else batch_size(rows, *BATCHES)
    bounds = image_plan.BATCHES if isinstance(data, PreparedImages) else BATCHES
    return batch_size(len(data.rows.train), *bounds)


def length_of(loader: Iterable[Any]) -> int | None:
    """Batches in a pass, where the loader says it."""
    try:
        return len(cast(Sized, loader))
    except (TypeError, NotImplementedError):
        return None


def check_last_batch(config: Config, rows: int, size: int) -> None:
    """Batch normalisation needs two rows in every batch.

    Raises:
        ConfigError: if the last one has one.
    """
    normalised = config.model.name == "mlp" and config.model.widths
    if normalised and config.model.norm == "batch" and rows % size == 1:
        raise ConfigError(
            f"the last batch of {rows} rows by {size} has one row, and batch normalisation "
            "needs two",
            "train.batch_size",
            f"Choose another, e.g. --set train.batch_size={size + 1}",
        )


def batch_size(rows: int, least: int, most: int) -> int:
    """A power of two near a hundredth of the rows, within bounds: 100 steps an epoch."""
    return max(least, min(most, 2 ** round(math.log2(max(rows, 1) / 100))))

"""Optimizer, schedule and average as the configuration declares them."""

from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LRScheduler,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    StepLR,
)

from fourbeat.config.options import CompileConfig, Config, OptimizerConfig, TrainConfig
from fourbeat.data.batch import device_of
from fourbeat.errors import ConfigError, FourbeatError
from fourbeat.loop.average import EMA, SWA
from fourbeat.loop.compiled import Compile
from fourbeat.loop.groups import parameter_groups
from fourbeat.loop.select import direction_of


def make_optimizer(config: OptimizerConfig, model: nn.Module) -> Optimizer:
    """The optimizer over all trainable parameters, in the groups that the patterns make.

    Raises:
        ConfigError: if nothing is trainable, or a pattern matches no parameter.
    """
    if not any(p.requires_grad for p in model.parameters()):
        raise ConfigError("the model has no trainable parameter", "model")
    patterns = {
        pattern: group.model_dump(exclude_none=True) for pattern, group in config.groups.items()
    }
    try:
        groups = parameter_groups(model, patterns)
    except FourbeatError as error:
        raise ConfigError(error.problems) from None
    options: dict[str, Any] = {"lr": config.lr, "weight_decay": config.weight_decay}
    sparse = any(getattr(module, "sparse", False) for module in model.modules())
    if not sparse and device_of(model).type in ("cpu", "cuda"):
        options["fused"] = (
            True  # one kernel; on a GPU the check for finite values waits for nothing
        )
    if config.name == "sgd":
        return torch.optim.SGD(groups, momentum=config.momentum, **options)
    if config.name == "adam":
        return torch.optim.Adam(groups, **options)
    return torch.optim.AdamW(groups, **options)


def make_scheduler(config: Config, optimizer: Optimizer, steps: int | None) -> LRScheduler | None:
    """The scheduler, its horizon set to what will run after the warm-up.

    Args:
        config: the whole declaration.
        optimizer: whose learning rates it moves.
        steps: updates in an epoch, None if that is not known.

    Raises:
        ConfigError: for a one-cycle schedule over a length that is not known.
    """
    options, epochs = config.scheduler, config.train.epochs
    if options.name == "step":
        return StepLR(optimizer, step_size=options.every, gamma=options.factor)
    if options.name == "multistep":
        return MultiStepLR(optimizer, milestones=options.milestones, gamma=options.factor)
    if options.name == "cosine":
        return CosineAnnealingLR(optimizer, T_max=epochs)
    if options.name == "onecycle":
        if steps is None:
            raise ConfigError(
                "onecycle needs the number of steps, and the data does not say its length",
                "scheduler.name",
                "Use cosine, which moves per epoch",
            )
        total = max(epochs * steps - options.warmup, 1)
        rates = [group["lr"] for group in optimizer.param_groups]
        return OneCycleLR(optimizer, max_lr=rates, total_steps=total)
    if options.name == "plateau":
        return ReduceLROnPlateau(
            optimizer,
            mode=direction_of(config.train.select, None),
            factor=options.factor,
            patience=options.patience,
        )
    return None


def make_average(config: TrainConfig) -> EMA | SWA | None:
    """What is averaged of the weights."""
    rules = {"ema": EMA(config.average_decay), "swa": SWA(config.average_start)}
    return None if config.average is None else rules[config.average]


def make_compile(config: CompileConfig | None) -> Compile | None:
    """How the model is compiled."""
    return None if config is None else Compile(**config.model_dump())

"""Optimizer, schedule and loss as the configuration declares them."""

from typing import Any

import torch
from torch import Tensor, nn
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
from fourbeat.errors import ConfigError, FourbeatError
from fourbeat.loop.average import EMA, SWA
from fourbeat.loop.batch import device_of
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
    if device_of(model).type == "cuda":
        options["fused"] = True  # one kernel, and the check for finite values waits for nothing
    if config.name == "sgd":
        return torch.optim.SGD(groups, momentum=config.momentum, **options)
    if config.name == "adam":
        return torch.optim.Adam(groups, **options)
    return torch.optim.AdamW(groups, **options)


def make_scheduler(config: Config, optimizer: Optimizer, steps: int) -> LRScheduler | None:
    """The scheduler, its horizon set to what will run after the warm-up.

    Args:
        config: the whole declaration.
        optimizer: whose learning rates it moves.
        steps: updates in an epoch.
    """
    options, epochs = config.scheduler, config.train.epochs
    if options.name == "step":
        return StepLR(optimizer, step_size=options.every, gamma=options.factor)
    if options.name == "multistep":
        return MultiStepLR(optimizer, milestones=options.milestones, gamma=options.factor)
    if options.name == "cosine":
        return CosineAnnealingLR(optimizer, T_max=epochs)
    if options.name == "onecycle":
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


def make_loss(config: TrainConfig, target: Tensor, classes: int) -> nn.CrossEntropyLoss:
    """Cross-entropy, with the weights and the smoothing declared.

    Args:
        config: `class_weights`: `balanced` gives class c the weight rows / (classes * rows of c).
        target: class numbers of the training rows, int64 of shape (rows,).
        classes: number of labels.

    Raises:
        ConfigError: if the weights are not one a class.
    """
    weight: Tensor | None = None
    if config.class_weights == "balanced":
        counts = torch.bincount(target, minlength=classes).double()
        weight = (len(target) / (classes * counts)).float()
    elif config.class_weights is not None:
        if len(config.class_weights) != classes:
            raise ConfigError(
                f"{len(config.class_weights)} class weights for {classes} classes",
                "train.class_weights",
                "Give one a class, in the order of the labels, or 'balanced'",
            )
        weight = torch.tensor(config.class_weights)
    return nn.CrossEntropyLoss(weight=weight, label_smoothing=config.label_smoothing)

"""Which options a task has: what may be selected by, how many targets, what would mean nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from fourbeat.config.options import Config
from fourbeat.errors import Problem
from fourbeat.types import TaskName


@dataclass(frozen=True, slots=True)
class Rules:
    """What a configuration of one task may say.

    Attributes:
        metrics: what `train.select` may be.
        several: whether there may be more than one target.
        without: options that must be left as they are.
    """

    metrics: tuple[str, ...]
    several: bool = False
    without: tuple[str, ...] = ()


RULES: dict[TaskName, Rules] = {
    "classification": Rules(("loss", "accuracy", "auc")),
    "regression": Rules(
        ("loss", "rmse", "mae", "r2"),
        without=("data.classes", "data.relabel", "train.class_weights", "train.label_smoothing"),
    ),
    "multilabel": Rules(
        ("loss", "accuracy", "exact", "auc"),
        several=True,
        without=("data.classes", "train.label_smoothing"),
    ),
}


def problems(config: Config) -> Iterator[tuple[str, Problem]]:
    """What a configuration says that its task does not have, by the option's dotted name."""
    task, targets, rules = config.data.task, config.data.targets, RULES[config.data.task]
    if len(targets) > 1 and not rules.several:
        remedy = "For columns that are 0 or 1 each: --task multilabel"
        yield (
            "data.target",
            Problem(f"{task} has one target, and {len(targets)} are named", remedy=remedy),
        )
    for name in dict.fromkeys(targets):
        if targets.count(name) > 1:
            yield "data.target", Problem(f"the target {name!r} is named twice")
    if config.train.select not in rules.metrics:
        known = f"Known for {task}: {', '.join(rules.metrics)}"
        fact = f"{task} has no {config.train.select!r} to select by"
        yield "train.select", Problem(fact, remedy=known)
    for key in rules.without:
        section, _, option = key.partition(".")
        part = getattr(config, section)
        if getattr(part, option) != type(part).model_fields[option].get_default():
            yield key, Problem(f"{task} has no use for {key!r}", remedy="Leave it out")

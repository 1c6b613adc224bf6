"""What a task makes of the options: how many targets, what means nothing, other defaults."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from fourbeat.config.images import Tree
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
        defaults: of options whose defaults are others. Layer normalisation hides how large a row's
            numbers are, which a quantity depends on; with few rows a small step does better.
    """

    metrics: tuple[str, ...]
    several: bool = False
    without: tuple[str, ...] = ()
    defaults: dict[str, Tree] = field(default_factory=dict[str, Tree])


RULES: dict[TaskName, Rules] = {
    "classification": Rules(
        ("loss", "accuracy", "auc", "average_precision", "f1", "balanced_accuracy")
    ),
    "regression": Rules(
        ("loss", "rmse", "mae", "r2"),
        without=(
            "data.classes",
            "data.relabel",
            "train.class_weights",
            "train.label_smoothing",
            "decision.goal",
            "decision.temperature",
        ),
        defaults={"model": {"norm": "none"}, "optimizer": {"lr": 5e-4}},
    ),
    "multilabel": Rules(
        ("loss", "accuracy", "exact", "auc", "average_precision", "f1", "balanced_accuracy"),
        several=True,
        without=("data.classes", "train.label_smoothing"),
    ),
}


def with_task_defaults(tree: Mapping[str, Any]) -> Tree:
    """The options whose defaults are others for the task, where nothing is said of them."""
    data = tree.get("data")
    task = cast(Tree, data).get("task") if isinstance(data, dict) else None
    rules = RULES.get(cast(TaskName, str(task)))
    filled = dict(tree)
    for name, defaults in rules.defaults.items() if rules else ():
        said: Any = tree.get(name, {})
        # What is no section, the check of the whole names; another optimizer has rates of its own.
        if isinstance(said, dict) and (name == "model" or said.get("name", "adamw") == "adamw"):  # pyright: ignore[reportUnknownMemberType]
            filled[name] = {**defaults, **cast(Tree, said)}
    return filled


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

"""The declared decision: temperature and threshold, chosen on validation rows, reported on all sides."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from fourbeat.config.options import Config, DecisionConfig
from fourbeat.data.record import DataRecord
from fourbeat.errors import ConfigError
from fourbeat.job.tasks.task import Task
from fourbeat.measure import calibration, decided, temperature
from fourbeat.measure.checked import Bools, Floats
from fourbeat.measure.thresholds import Goal, Threshold, choose
from fourbeat.receipt.results import DecisionRecord

SELECTED_BY = "The validation rows chose the epoch as well: the test rows are the ones to believe."


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the selected weights gave on one side.

    Attributes:
        outputs: float64 of shape (rows, outputs).
        target: as `Task.flat` gives it.
        rows: numbers of the rows in the data, int64 of shape (rows,); None where they are not known.
    """

    outputs: Tensor
    target: Tensor
    rows: np.ndarray | None


def check_goal(config: Config, data: DataRecord, undefined: Mapping[str, str]) -> None:
    """Refuse a goal that has no threshold.

    Args:
        undefined: metrics without a value on the validation rows, and why.

    Raises:
        ConfigError: for more than two classes, or validation rows of one kind.
    """
    if config.decision.goal is None:
        return
    if data.task == "classification" and len(data.classes) != 2:
        raise ConfigError(
            f"a threshold needs two classes, and there are {len(data.classes)}",
            "decision.goal",
            "Leave it out: the likeliest class is said",
        )
    if "auc" in undefined:
        raise ConfigError(
            f"{undefined['auc']}, so there is no threshold to choose",
            "decision.goal",
            "Leave it out, or hold more rows out for validation",
        )


def decide(
    config: DecisionConfig, task: Task, sides: Mapping[str, Outputs], data: DataRecord
) -> DecisionRecord | None:
    """Choose what is declared; None where nothing is.

    Args:
        sides: with `validation`, whose outputs are finite.
    """
    if config.goal is None and not config.temperature:
        return None
    record = DecisionRecord(notes=[SELECTED_BY])
    held = sides["validation"]
    if config.temperature:
        record.temperatures = temperatures(held, data)
        for side, seen in sides.items():
            record.calibration[side] = {
                "before": calibrated(task, seen, data, None),
                "after": calibrated(task, seen, data, record),
            }
    if config.goal is not None:
        goal = Goal(config.goal, config.floor, config.false_positive, config.false_negative)
        record.goal = in_words(goal)
        chosen = [
            threshold(p, true, goal, record, name)
            for name, p, true in answers(task, held, data, record)
        ]
        record.thresholds = [one.value for one in chosen]
        record.met = [one.met for one in chosen]
        for side, seen in sides.items():
            record.results[side] = [
                at_threshold(p >= one.value, true, goal)
                for (_, p, true), one in zip(answers(task, seen, data, record), chosen, strict=True)
            ]
        for (name, *_), one, found in zip(
            answers(task, held, data, record), chosen, record.results["validation"], strict=True
        ):
            if not one.met and goal.name == "precision" and math.isfinite(found["precision"]):
                record.notes.append(
                    f"No threshold reaches a precision of {goal.floor:g} for {name} on the validation "
                    f"rows; the nearest has {found['precision']:.4f}."
                )
    return record


def threshold(p: Floats, true: Bools, goal: Goal, record: DecisionRecord, name: str) -> Threshold:
    """The threshold of one output; a half where the rows are all of one kind, which is noted."""
    if true.all() or not true.any():
        record.notes.append(
            f"{name} has one value in all validation rows: its threshold is a half."
        )
        return Threshold(0.5, met=False)
    return choose(p, true, goal)


def in_words(goal: Goal) -> str:
    """What the threshold is for."""
    return {
        "cost": f"the lowest cost, {goal.false_positive:g} for a false positive and "
        f"{goal.false_negative:g} for a false negative",
        "precision": f"the highest recall with a precision of at least {goal.floor:g}",
        "recall": f"the highest precision with a recall of at least {goal.floor:g}",
        "f1": "the highest F1",
        "balanced_accuracy": "the highest balanced accuracy",
    }[goal.name]


def answers(
    task: Task, seen: Outputs, data: DataRecord, record: DecisionRecord | None
) -> list[tuple[str, Floats, Bools]]:
    """Name, probabilities and truths of each output that has a threshold, of shape (rows,)."""
    p = task.answer(seen.outputs, data, record and record.model_copy(update={"thresholds": []}))
    assert p.probabilities is not None
    if data.labels:
        true = seen.target.numpy() > 0
        names = [label.name for label in data.labels]
        return [(name, p.probabilities[:, i], true[:, i]) for i, name in enumerate(names)]
    return [(data.classes[-1], p.probabilities[:, 1], seen.target.numpy() == 1)]


def at_threshold(said: Bools, true: Bools, goal: Goal) -> dict[str, float]:
    """What decisions of shape (rows,) are worth; NaN for a share of nothing."""
    (matrix,) = decided.label_counts(true[:, None], said[:, None])
    alarms, missed = int(matrix[0, 1]), int(matrix[1, 0])
    found = {
        "accuracy": decided.accuracy(matrix),
        "precision": float(decided.precisions(matrix)[1]),
        "recall": float(decided.recalls(matrix)[1]),
        "f1": decided.f1(matrix),
        "balanced_accuracy": decided.balanced_accuracy(matrix),
        "false_positives": float(alarms),
        "false_negatives": float(missed),
    }
    if goal.name == "cost":
        found["cost"] = goal.false_positive * alarms + goal.false_negative * missed
    return found


def temperatures(held: Outputs, data: DataRecord) -> list[float]:
    """One temperature for the classes, or one for each label."""
    logits, target = held.outputs.numpy(), held.target.numpy()
    if not data.labels:
        return [temperature.of_classes(logits, target)]
    return [
        temperature.of_label(column, true > 0)
        for column, true in zip(logits.T, target.T, strict=True)
    ]


def calibrated(
    task: Task, seen: Outputs, data: DataRecord, record: DecisionRecord | None
) -> dict[str, float]:
    """Log loss, Brier score and calibration error of one side."""
    said = task.answer(seen.outputs, data, record)
    found = task.figures(said, seen.target, data).of()
    p = said.probabilities
    assert p is not None
    true = seen.target.numpy()
    pair = (p.ravel(), true.ravel() > 0) if data.labels else calibration.of_classes(p, true)
    ece = calibration.expected_error(calibration.bins(*pair))
    return {"log_loss": found["log_loss"], "brier": found["brier"], "ece": ece}

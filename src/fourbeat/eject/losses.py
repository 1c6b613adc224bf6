"""The loss, and what its mean over a batch is the mean over."""

from typing import Any

from fourbeat.config.options import Config
from fourbeat.data.record import DataRecord
from fourbeat.eject.part import Data, Part
from fourbeat.eject.text import code, joined


def loss(config: Config, record: DataRecord, data: Data, device: str) -> Part:
    """The line that makes the loss, with the weights of its classes before it."""
    to = f".to({device!r})".replace("'", '"') if device != "cpu" else ""
    task, weights = config.data.task, config.train.class_weights
    if task == "regression":
        return Part({}, (), "loss_fn = nn.MSELoss()")
    constants: dict[str, Any] = {}
    lines, arguments = "", list[str]()
    if weights is not None:
        several = task == "multilabel"
        arguments.append(f"{'pos_weight' if several else 'weight'}=class_weights")
        if weights != "balanced":
            constants["CLASS_WEIGHTS"] = list(weights)
            lines = "class_weights = torch.tensor(CLASS_WEIGHTS)"
        elif several:
            lines = code(f"""
                # A label's ones weigh as much as its zeros.
                ones = {data.train_target}.double().sum(dim=0)
                class_weights = ((len(train) - ones) / ones).float()
            """)
        else:
            lines = code(f"""
                # Every class weighs as much as any other, however many rows it has.
                counts = torch.bincount({data.train_target}).double()
                class_weights = (len(train) / ({len(record.classes)} * counts)).float()
            """)
    if config.train.label_smoothing:
        constants["LABEL_SMOOTHING"] = config.train.label_smoothing
        arguments.append("label_smoothing=LABEL_SMOOTHING")
    name = "BCEWithLogitsLoss" if task == "multilabel" else "CrossEntropyLoss"
    return Part(constants, (), joined(lines, f"loss_fn = nn.{name}({', '.join(arguments)}){to}"))


def share(config: Config, *, labels: bool) -> str:
    """The expression of what a batch's mean loss divides by.

    Args:
        labels: whether the target may hold labels to be ignored, as data of one's own may.
    """
    weighted = config.data.task == "classification" and config.train.class_weights is not None
    if labels and weighted:
        return "(loss_fn.weight[target.clamp(min=0)] * (target != loss_fn.ignore_index)).sum()"
    if labels:
        return "(target != loss_fn.ignore_index).sum()"
    return "loss_fn.weight[target].sum()" if weighted else "len(target)"

"""The loss."""

from typing import Any

from fourbeat.eject.part import Data, Part
from fourbeat.eject.subject import Subject
from fourbeat.eject.text import code, joined


def loss(subject: Subject, data: Data) -> Part:
    """The line that makes the loss, with the weights of its classes before it."""
    config = subject.config
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
                class_weights = (len(train) / ({len(subject.record.classes)} * counts)).float()
            """)
    if config.train.label_smoothing:
        constants["LABEL_SMOOTHING"] = config.train.label_smoothing
        arguments.append("label_smoothing=LABEL_SMOOTHING")
    name = "BCEWithLogitsLoss" if task == "multilabel" else "CrossEntropyLoss"
    return Part(
        constants, (), joined(lines, f"loss_fn = nn.{name}({', '.join(arguments)}){subject.to}")
    )

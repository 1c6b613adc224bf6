"""The linear baseline: logistic or least-squares regression on the encoded rows, its L2 chosen on validation.

Full batches by L-BFGS from zero: no random number is drawn, and the optimum is the only one. Gradients are
written down: that of a category's weight is a count, which automatic differentiation took ten times as long for.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from fourbeat.data.encode import Features, TableShape
from fourbeat.types import TaskName

STRENGTHS = (30.0, 3.0, 0.3)
"""Of the L2 penalty, times the number of rows: 1 is scikit-learn's default, C = 1."""

STEPS = 50
ENOUGH = 1e-6
"""A step that lowers the loss by less than this is the last."""

Gradient = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""From outputs and targets of shape (rows, outputs) to the mean loss and its gradient by the outputs."""


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear model, float64: numeric columns by their weights, categories by one weight each.

    Attributes:
        weight: of the numeric columns, of shape (columns, outputs).
        categories: of all codes of all category columns, of shape (codes, outputs).
        bias: of shape (outputs,).
        starts: of each category column's codes, int64 of shape (category columns,).
    """

    weight: Tensor
    categories: Tensor
    bias: Tensor
    starts: Tensor

    def __call__(self, features: Features) -> Tensor:
        """Outputs of shape (rows, outputs)."""
        return self.outputs(
            features.numeric.double(), features.codes[:, : len(self.starts)] + self.starts
        )

    def outputs(self, numeric: Tensor, codes: Tensor) -> Tensor:
        """The same of float64 numbers, and of codes that count over all columns."""
        out = numeric @ self.weight + self.bias
        for column in codes.T:
            out += self.categories[column]
        return out


def fit_linear(
    shape: TableShape,
    task: TaskName,
    train: tuple[Features, Tensor],
    validation: tuple[Features, Tensor],
) -> Callable[[Features], Tensor]:
    """Fit for each strength of L2, from the strongest on, and keep the one that validates best.

    Args:
        shape: of the rows.
        task: what the target is; a quantity is standardised.
        train, validation: encoded rows with their targets.

    Returns:
        A function that gives probabilities, or standardised quantities, float64 of shape (rows, outputs).
    """
    binary = task == "classification" and shape.outputs == 2
    width = 1 if binary else shape.outputs
    gradient = GRADIENTS["multilabel" if binary else task]
    target, held = (targets(t, task, shape.outputs, binary) for t in (train[1], validation[1]))
    starts = torch.tensor((0, *shape.cardinalities), dtype=torch.int64).cumsum(0)
    made = Linear(
        torch.zeros(shape.numeric, width, dtype=torch.float64),
        torch.zeros(int(starts[-1]), width, dtype=torch.float64),
        torch.zeros(width, dtype=torch.float64),
        starts[:-1],
    )
    best, lowest = made, float("inf")
    with torch.no_grad():
        for strength in STRENGTHS:
            made = fitted(made, train[0], target, gradient, strength / len(target))
            found = float(gradient(made(validation[0]), held)[0])
            if found < lowest:
                best, lowest = made, found
    if binary:
        return lambda features: torch.cat(
            [(-best(features)).sigmoid(), best(features).sigmoid()], 1
        )
    link = LINKS[task]
    return lambda features: link(best(features))


def targets(target: Tensor, task: TaskName, outputs: int, binary: bool) -> Tensor:
    """Targets as the gradients take them, float64 of shape (rows, outputs)."""
    if binary:
        return target.double()[:, None]
    return F.one_hot(target, outputs).double() if task == "classification" else target.double()


def fitted(start: Linear, features: Features, target: Tensor, of: Gradient, l2: float) -> Linear:
    """The model with the lowest penalised loss, from another one's weights on."""
    parts = [part.clone() for part in (start.weight, start.categories, start.bias)]
    made = Linear(*parts, starts=start.starts)
    numeric, codes = (
        features.numeric.double(),
        features.codes[:, : len(start.starts)] + start.starts,
    )
    flat, columns = codes.flatten().numpy(), codes.shape[1]
    optimizer = torch.optim.LBFGS(
        parts, max_iter=STEPS, tolerance_change=ENOUGH, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        loss, slope = of(made.outputs(numeric, codes), target)
        counts = [
            np.bincount(flat, np.repeat(column, columns), len(made.categories))
            for column in slope.numpy().T
        ]
        made.weight.grad = numeric.T @ slope + l2 * made.weight
        made.categories.grad = torch.from_numpy(np.stack(counts, 1)) + l2 * made.categories
        made.bias.grad = slope.sum(dim=0)
        penalty = made.weight.square().sum() + made.categories.square().sum()
        return loss + l2 / 2 * penalty

    optimizer.step(closure)
    return made


def of_labels(out: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Binary cross-entropy."""
    loss = F.binary_cross_entropy_with_logits(out, target)
    return loss, (out.sigmoid() - target) / out.numel()


def of_classes(out: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy."""
    return F.cross_entropy(out, target), (out.softmax(dim=1) - target) / len(out)


def of_quantities(out: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Mean squared error."""
    return F.mse_loss(out, target), 2 * (out - target) / out.numel()


def softmax(out: Tensor) -> Tensor:
    """Probabilities of the classes."""
    return out.softmax(dim=1)


def same(out: Tensor) -> Tensor:
    """A quantity as it is."""
    return out


GRADIENTS: dict[TaskName, Gradient] = {
    "classification": of_classes,
    "regression": of_quantities,
    "multilabel": of_labels,
}

LINKS: dict[TaskName, Callable[[Tensor], Tensor]] = {
    "classification": softmax,
    "regression": same,
    "multilabel": torch.sigmoid,
}

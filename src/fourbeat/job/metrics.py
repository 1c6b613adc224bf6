"""The metrics of a classifier, by torchmetrics, which is imported when the first is updated."""

from collections.abc import Callable
from typing import Any

from torch import Tensor


class Lazy:
    """A torchmetrics metric over class probabilities, made at its first update.

    Probabilities are computed in float64, so that large margins stay apart.
    """

    def __init__(self, make: Callable[[], Any]):
        self.make = make
        self.metric: Any = None

    def reset(self) -> None:
        """Forget every batch."""
        self.metric = None

    def update(self, preds: Tensor, target: Tensor) -> None:
        """Take in logits of shape (N, classes) and labels of shape (N,)."""
        if self.metric is None:
            self.metric = self.make().to(preds.device)
        self.metric.update(preds.double().softmax(dim=1), target)

    def compute(self) -> Any:
        """The value over all batches."""
        return self.metric.compute()


def auc(classes: int) -> Lazy:
    """Area under the ROC curve; for more than two classes the mean of one against the rest."""

    def make() -> Any:
        from torchmetrics.classification import MulticlassAUROC

        return MulticlassAUROC(classes)

    return Lazy(make)


def confusion(classes: int) -> Lazy:
    """Counts of shape (classes, classes): rows are the truth, columns the prediction."""

    def make() -> Any:
        from torchmetrics.classification import MulticlassConfusionMatrix

        return MulticlassConfusionMatrix(classes)

    return Lazy(make)

"""The metrics of a classifier, by torchmetrics, which is imported when the first is updated."""

from collections.abc import Callable
from typing import Any

from torch import Tensor


class Lazy:
    """A torchmetrics metric over class probabilities, made at its first update.

    Probabilities are computed in float64, so that large margins stay apart; on the CPU, since
    not every device has float64.
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
            self.metric = self.make()
        self.metric.update(preds.cpu().double().softmax(dim=1), target.cpu())

    def compute(self) -> Any:
        """The value over all batches."""
        return self.metric.compute()


class Auc(Lazy):
    """Area under the ROC curve; for more than two classes the mean of one against the rest.

    NaN where a class has no row, or all of them: there is no curve then.
    """

    def __init__(self, classes: int):
        def make() -> Any:
            from torchmetrics.classification import MulticlassAUROC

            return MulticlassAUROC(classes)

        super().__init__(make)
        self.classes = classes
        self.seen: set[int] = set()

    def reset(self) -> None:
        """Forget every batch."""
        super().reset()
        self.seen = set()

    def update(self, preds: Tensor, target: Tensor) -> None:
        """Take in logits of shape (N, classes) and labels of shape (N,)."""
        super().update(preds, target)
        self.seen.update(target.unique().tolist())

    def compute(self) -> Any:
        """The area over all batches."""
        return super().compute() if len(self.seen) == self.classes else float("nan")


def confusion(classes: int) -> Lazy:
    """Counts of shape (classes, classes): rows are the truth, columns the prediction."""

    def make() -> Any:
        from torchmetrics.classification import MulticlassConfusionMatrix

        return MulticlassConfusionMatrix(classes)

    return Lazy(make)

"""The metrics of a classifier beside loss and accuracy, over all batches at once."""

import torch
from torch import Tensor


class Auc:
    """Area under the ROC curve; for more than two classes the mean of one against the rest.

    NaN where a class has no row, or all of them: there is no curve then. Probabilities are computed in
    float64, so that large margins stay apart; on the CPU, since not every device has float64.
    """

    def __init__(self) -> None:
        self.scores: list[Tensor] = []
        self.labels: list[Tensor] = []

    def reset(self) -> None:
        """Forget every batch."""
        self.scores, self.labels = [], []

    def update(self, preds: Tensor, target: Tensor) -> None:
        """Take in logits and labels; see `counted`."""
        logits, labels = counted(preds, target)
        self.scores.append(logits.double().softmax(dim=1))
        self.labels.append(labels)

    def compute(self) -> float:
        """The area over all batches."""
        scores, labels = torch.cat(self.scores), torch.cat(self.labels)
        areas = [area(p, labels == label) for label, p in enumerate(scores.T)]
        return torch.stack(areas).mean().item()


class Confusion:
    """Counts of shape (classes, classes): rows are the truth, columns the prediction."""

    def __init__(self, classes: int):
        self.classes = classes
        self.counts = torch.zeros(classes, classes, dtype=torch.int64)

    def reset(self) -> None:
        """Forget every batch."""
        self.counts = torch.zeros_like(self.counts)

    def update(self, preds: Tensor, target: Tensor) -> None:
        """Take in logits and labels; see `counted`."""
        logits, labels = counted(preds, target)
        cells = labels * self.classes + logits.argmax(dim=1)
        self.counts += cells.bincount(minlength=self.classes**2).view_as(self.counts)

    def compute(self) -> Tensor:
        """The counts over all batches."""
        return self.counts


def counted(preds: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Logits of shape (n, classes) and labels of shape (n,), on the CPU, without the labels to be ignored.

    Args:
        preds: of shape (N, classes) or (N, classes, …).
        target: of shape (N,) or (N, …); a label below 0 is to be ignored.
    """
    logits, labels = preds.movedim(1, -1).flatten(0, -2).cpu(), target.flatten().cpu()
    kept = labels >= 0
    return logits[kept], labels[kept]


def area(scores: Tensor, positive: Tensor) -> Tensor:
    """The area under a ROC curve, a float64 scalar; NaN without a positive or without a negative row.

    It is the share of the pairs of a positive and a negative row in which the positive one has the
    higher score, ties counting half (Hanley and McNeil, Radiology 143, 1982).

    Args:
        scores: of shape (N,), any that grow with the probability.
        positive: bool of shape (N,).
    """
    _, place, counts = scores.unique(return_inverse=True, return_counts=True)
    ranks = counts.cumsum(dim=0) - (counts.double() - 1) / 2  # from 1; of equal scores their middle
    many = positive.sum().double()
    return (ranks[place[positive]].sum() - many * (many + 1) / 2) / (many * (len(scores) - many))

"""The metrics of a classifier beside loss and accuracy, over all rows at once."""

import torch
from torch import Tensor

from fourbeat.measure import decided, ranking


def counted(preds: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Logits of shape (n, classes), float64, and labels of shape (n,), without those to be ignored.

    On the CPU, since not every device has float64, in which large margins stay apart.

    Args:
        preds: of shape (N, classes) or (N, classes, …).
        target: of shape (N,) or (N, …); a label below 0 is to be ignored.
    """
    logits, labels = preds.movedim(1, -1).flatten(0, -2).cpu(), target.flatten().cpu()
    kept = labels >= 0
    return logits[kept].double(), labels[kept]


def auc(logits: Tensor, labels: Tensor) -> Tensor:
    """Area under the ROC curve, the mean of each class against the rest.

    NaN where a class has no row, or all of them: there is no curve then.
    """
    areas = [area(p, labels == label) for label, p in enumerate(logits.softmax(dim=1).T)]
    return torch.stack(areas).mean()


def average_precision(logits: Tensor, labels: Tensor) -> float:
    """Of two classes that of the last one, of more the mean of each against the rest."""
    p, classes = logits.softmax(dim=1), torch.arange(logits.shape[1])
    if len(classes) == 2:
        p, classes = p[:, 1:], classes[1:]
    true = labels[:, None] == classes
    return ranking.average_precision(p.numpy(), true.numpy())


def f1(logits: Tensor, labels: Tensor) -> float:
    """Of two classes that of the last one, of more the mean over those that occur."""
    return decided.f1(confusion(logits, labels).numpy())


def balanced_accuracy(logits: Tensor, labels: Tensor) -> float:
    """The mean recall of the classes that have rows."""
    return decided.balanced_accuracy(confusion(logits, labels).numpy())


def confusion(logits: Tensor, labels: Tensor) -> Tensor:
    """Counts of shape (classes, classes): rows are the truth, columns the prediction."""
    classes = logits.shape[1]
    cells = labels * classes + logits.argmax(dim=1)
    return cells.bincount(minlength=classes**2).view(classes, classes)


def area(scores: Tensor, positive: Tensor) -> Tensor:
    """The area under a ROC curve, a float64 scalar; NaN without a positive or without a negative row.

    See `fourbeat.measure.ranking.areas`, which an interval needs many times; this one is once an epoch.

    Args:
        scores: of shape (N,), any that grow with the probability.
        positive: bool of shape (N,).
    """
    _, place, counts = scores.unique(return_inverse=True, return_counts=True)
    ranks = counts.cumsum(dim=0) - (counts.double() - 1) / 2  # from 1; of equal scores their middle
    many = positive.sum().double()
    return (ranks[place[positive]].sum() - many * (many + 1) / 2) / (many * (len(scores) - many))

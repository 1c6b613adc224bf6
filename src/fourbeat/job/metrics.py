"""The metrics of a classifier beside loss and accuracy, over all rows at once, after each epoch.

An ejected script has the same expressions: the last bit of a metric may decide between two epochs.
`fourbeat.measure` has the same metrics for samples of rows, which an interval needs many times.
"""

import torch
from torch import Tensor


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


def average_precision(logits: Tensor, labels: Tensor) -> Tensor:
    """Of two classes that of the last one, of more the mean of each against the rest."""
    columns = logits.softmax(dim=1).T
    each = [precision(p, labels == label) for label, p in enumerate(columns)]
    return each[-1] if len(each) == 2 else torch.stack(each).mean()


def f1(logits: Tensor, labels: Tensor) -> Tensor:
    """Of two classes that of the last one, of more the mean over those that occur."""
    matrix = confusion(logits, labels).double()
    each = 2 * matrix.diagonal() / (matrix.sum(dim=0) + matrix.sum(dim=1))
    return each[-1] if len(each) == 2 else each.nanmean()


def balanced_accuracy(logits: Tensor, labels: Tensor) -> Tensor:
    """The mean recall of the classes that have rows."""
    matrix = confusion(logits, labels).double()
    return (matrix.diagonal() / matrix.sum(dim=1)).nanmean()


def confusion(logits: Tensor, labels: Tensor) -> Tensor:
    """Counts of shape (classes, classes): rows are the truth, columns the prediction."""
    classes = logits.shape[1]
    cells = labels * classes + logits.argmax(dim=1)
    return cells.bincount(minlength=classes**2).view(classes, classes)


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


def precision(scores: Tensor, positive: Tensor) -> Tensor:
    """Average precision, a float64 scalar; NaN without a positive row.

    See `fourbeat.measure.ranking.average_precisions`, and `area` for the arguments.
    """
    place = scores.unique(return_inverse=True)[1]
    found = torch.bincount(place, positive.double()).flip(0)
    said = torch.bincount(place).flip(0).cumsum(dim=0)
    return (found * (found.cumsum(dim=0) / said)).sum() / found.sum()

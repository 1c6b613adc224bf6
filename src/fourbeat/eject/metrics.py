"""The pass over held-out rows, for the one metric that the run selected by."""

from fourbeat.eject.part import Part
from fourbeat.eject.subject import Subject
from fourbeat.eject.text import code, indented, joined

AREA = code('''
    def area(scores: Tensor, positive: Tensor) -> Tensor:
        """The area under the ROC curve, for scores and truths of shape (rows,)."""
        _, place, counts = scores.unique(return_inverse=True, return_counts=True)
        ranks = counts.cumsum(dim=0) - (counts.double() - 1) / 2  # of equal scores their middle
        many = positive.sum().double()
        below = ranks[place[positive]].sum() - many * (many + 1) / 2
        return below / (many * (len(scores) - many))
''')

PRECISION = code('''
    def precision(scores: Tensor, positive: Tensor) -> Tensor:
        """Average precision, for scores and truths of shape (rows,)."""
        place = scores.unique(return_inverse=True)[1]
        found = torch.bincount(place, positive.double()).flip(0)
        said = torch.bincount(place).flip(0).cumsum(dim=0)
        return (found * (found.cumsum(dim=0) / said)).sum() / found.sum()
''')

FUNCTIONS = {"auc": (AREA,), "average_precision": (PRECISION,)}
"""What a metric needs beside its own lines."""

MATRIX = """\
classes = outputs.shape[1]
cells = targets.long() * classes + outputs.argmax(dim=1)
matrix = torch.bincount(cells, minlength=classes**2).view(classes, classes).double()"""

WHOLE = {
    ("multilabel", "accuracy"): "((outputs >= 0) == (targets > 0)).double().mean()",
    ("multilabel", "exact"): "((outputs >= 0) == (targets > 0)).all(dim=1).double().mean()",
    ("regression", "mae"): "STD * (outputs - targets).abs().mean()",
    ("regression", "rmse"): "STD * (outputs - targets).square().mean().sqrt()",
}
"""Metrics of all rows at once, from outputs and targets in float64 of shape (rows, outputs)."""

SEVERAL = {
    ("classification", "auc"): code("""
        probabilities = outputs.softmax(dim=1)
        areas = [area(p, targets == c) for c, p in enumerate(probabilities.T)]
        return torch.stack(areas).mean().item()
    """),
    ("multilabel", "auc"): code("""
        areas = [area(p, true == 1) for p, true in zip(outputs.sigmoid().T, targets.T, strict=True)]
        return torch.stack(areas).mean().item()
    """),
    ("classification", "average_precision"): code("""
        columns = outputs.softmax(dim=1).T
        each = [precision(p, targets == c) for c, p in enumerate(columns)]
        return (each[-1] if len(each) == 2 else torch.stack(each).mean()).item()
    """),
    ("classification", "f1"): joined(
        MATRIX,
        "each = 2 * matrix.diagonal() / (matrix.sum(dim=0) + matrix.sum(dim=1))",
        "return (each[-1] if len(each) == 2 else each.nanmean()).item()",
    ),
    ("classification", "balanced_accuracy"): joined(
        MATRIX, "return (matrix.diagonal() / matrix.sum(dim=1)).nanmean().item()"
    ),
    ("multilabel", "average_precision"): code("""
        pairs = zip(outputs.sigmoid().T, targets.T == 1, strict=True)
        return torch.stack([precision(p, true) for p, true in pairs]).mean().item()
    """),
    ("multilabel", "f1"): code("""
        said, true = outputs >= 0, targets > 0
        hits = (said & true).sum(dim=0).double()
        return (2 * hits / (said.sum(dim=0) + true.sum(dim=0))).nanmean().item()
    """),
    ("multilabel", "balanced_accuracy"): code("""
        said, true = outputs >= 0, targets > 0
        ones = (said & true).sum(dim=0).double() / true.sum(dim=0)
        zeros = (~said & ~true).sum(dim=0).double() / (~true).sum(dim=0)
        return torch.stack([ones, zeros]).nanmean(dim=0).nanmean().item()
    """),
    ("regression", "r2"): code("""
        unexplained = (outputs - targets).square().sum()
        return (1 - unexplained / (targets - targets.mean()).square().sum()).item()
    """),
}


def autocast(subject: Subject) -> str:
    """The line that opens the precision, empty for fp32."""
    dtypes = {"bf16": "bfloat16", "fp16": "float16"}
    name = dtypes.get(subject.config.train.precision)
    return f'with torch.autocast("{subject.device}", torch.{name}):' if name else ""


def within(head: str, lines: str) -> str:
    """Lines below the line that opens a block, if there is one."""
    return joined(head, indented(lines)) if head else lines


def moved(subject: Subject) -> str:
    """The lines that bring a batch to the device; none for the CPU."""
    if not subject.to:
        return ""
    inputs = f"inputs = [tensor{subject.to} for tensor in inputs]"
    return joined(inputs, f"target = target{subject.to}")


def evaluation(subject: Subject) -> Part:
    """The function `evaluate`, for the metric that the run selected by."""
    task, select = subject.config.data.task, subject.config.train.select
    if select == "loss":
        return Part(functions=(of_loss(subject),))
    if (task, select) == ("classification", "accuracy"):
        return Part(functions=(of_accuracy(subject),))
    return Part(functions=(*FUNCTIONS.get(select, ()), of_the_whole(subject)))


def evaluate(subject: Subject, about: str, begin: str, each: str, end: str, more: str = "") -> str:
    """The function's text.

    Args:
        about: its docstring.
        begin: the line before the batches.
        each: what is done with a batch.
        end: what is done after them.
        more: a further argument.
    """
    head = code(f'''
        @torch.no_grad()
        def evaluate(model: nn.Module, {more}batches: Iterable) -> float:
            """{about}"""
            model.eval()
            {begin}
            for *inputs, target in batches:
    ''')
    return joined(head, indented(joined(moved(subject), each), 2), indented(end))


def of_loss(subject: Subject) -> str:
    """The mean loss, by what the loss counts in."""
    plain = subject.share == "len(target)"
    counted = "len(target)" if plain else "share"
    each = joined(
        within(autocast(subject), "loss = loss_fn(model(*inputs), target)"),
        "" if plain else f"share = {subject.share}",
        f"total += loss.item() * {counted if plain else 'share.item()'}",
        f"count += {counted}",
    )
    end = f"return total / {'count' if plain else 'count.item()'}"
    about, begin = "The mean loss over all rows.", "total, count = 0.0, 0"
    return evaluate(subject, about, begin, each, end, "loss_fn: nn.Module, ")


def of_accuracy(subject: Subject) -> str:
    """The accuracy of a classifier."""
    each = joined(
        within(autocast(subject), "logits = model(*inputs)"),
        "right += (logits.argmax(dim=1) == target).sum().item()",
        f"count += {'(target >= 0).sum().item()' if subject.ignores else 'len(target)'}",
    )
    about = "The share of rows whose largest logit is their label's."
    return evaluate(subject, about, "right, count = 0, 0", each, "return right / count")


def of_the_whole(subject: Subject) -> str:
    """A metric of all rows at once."""
    task, select = subject.config.data.task, subject.config.train.select
    back = ".cpu()" if subject.to else ""
    each = joined(
        within(autocast(subject), f"outputs.append(model(*inputs){back}.double())"),
        f"targets.append(target{back}.double())",
    )
    # Numbers of the user's own data may come as shape (rows,).
    shaped = "outputs, targets = outputs.view(len(outputs), -1), targets.view(len(targets), -1)"
    if task == "classification":  # and a label may stand for each place of a row
        shaped = "outputs, targets = outputs.movedim(1, -1).flatten(0, -2), targets.flatten()"
    kept = "outputs, targets = outputs[targets >= 0], targets[targets >= 0]"
    one = WHOLE.get((task, select))
    end = joined(
        "outputs, targets = torch.cat(outputs), torch.cat(targets)",
        shaped if subject.own_data else "",
        kept if subject.ignores else "",
        f"return ({one}).item()" if one else SEVERAL[task, select],
    )
    return evaluate(subject, ABOUT[task, select], "outputs, targets = [], []", each, end)


ABOUT = {
    ("multilabel", "accuracy"): "The share of right answers over all rows and labels.",
    ("multilabel", "exact"): "The share of rows without a wrong label.",
    ("multilabel", "auc"): "The area under the ROC curve, its mean over the labels.",
    ("classification", "auc"): "The area under the ROC curve, its mean over the classes.",
    ("classification", "average_precision"): "Average precision, of two classes that of the last.",
    ("classification", "f1"): "The F1 score, of two classes that of the last.",
    ("classification", "balanced_accuracy"): "The mean recall of the classes that have rows.",
    ("multilabel", "average_precision"): "Average precision, its mean over the labels.",
    ("multilabel", "f1"): "The F1 score, its mean over the labels.",
    ("multilabel", "balanced_accuracy"): "The mean recall of ones and zeros, over the labels.",
    ("regression", "mae"): "The mean absolute error.",
    ("regression", "rmse"): "The root of the mean squared error.",
    ("regression", "r2"): "The share of the targets' variance that is explained.",
}
"""The docstrings of those metrics."""

"""The pass over held-out rows, for the one metric that the run selected by."""

from fourbeat.eject.part import Part
from fourbeat.eject.subject import Subject
from fourbeat.eject.text import code, indented, joined

AREA = code('''
    def area(scores: Tensor, positive: Tensor) -> Tensor:
        """The area under the ROC curve, for scores and truths of shape (rows,)."""
        scores, order = scores.sort(descending=True)
        ends = F.pad(scores.diff().nonzero()[:, 0], (0, 1), value=len(scores) - 1)  # of equal ones
        hits = positive[order].float().cumsum(dim=0)[ends]
        misses = 1 + ends - hits
        true_rate, false_rate = (F.pad(n / n[-1], (1, 0)) for n in (hits, misses))
        return torch.trapezoid(true_rate, false_rate)
''')

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
        return torch.stack(areas).double().mean().item()
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
    """The function `evaluate`."""
    task, select = subject.config.data.task, subject.config.train.select
    share, to = subject.share, subject.to
    head = "for *inputs, target in batches:"
    opening = autocast(subject)
    functions: tuple[str, ...] = ()
    takes = "model: nn.Module, batches: Iterable"
    if select == "loss":
        takes = "model: nn.Module, loss_fn: nn.Module, batches: Iterable"
        about = "The mean loss over all rows."
        begin = "total, count = 0.0, 0"
        each = within(opening, "loss = loss_fn(model(*inputs), target)")
        if share == "len(target)":
            sums = joined("total += loss.item() * len(target)", "count += len(target)")
        else:
            sums = joined(
                f"share = {share}", "total += loss.item() * share.item()", "count += share"
            )
        each = joined(each, sums)
        end = "return total / count" if share == "len(target)" else "return total / count.item()"
    elif (task, select) == ("classification", "accuracy"):
        about = "The share of rows whose largest logit is their label's."
        begin = "right, count = 0, 0"
        each = joined(
            within(opening, "logits = model(*inputs)"),
            "right += (logits.argmax(dim=1) == target).sum().item()",
            f"count += {'(target >= 0).sum().item()' if subject.ignores else 'len(target)'}",
        )
        end = "return right / count"
    else:
        about = (
            f"The {select.upper() if select != 'exact' else 'share of rows without a wrong label'}"
        )
        about += {
            "auc": ", its mean over the classes."
            if task == "classification"
            else ", its mean over the labels."
        }.get(select, " over all rows.")
        begin = "outputs, targets = [], []"
        each = joined(
            within(opening, f"outputs.append(model(*inputs){'.cpu()' if to else ''}.double())"),
            f"targets.append(target{'.cpu()' if to else ''}.double())",
        )
        shaped = "outputs, targets = outputs.view(len(outputs), -1), targets.view(len(targets), -1)"
        cat = joined(
            "outputs, targets = torch.cat(outputs), torch.cat(targets)",
            shaped if subject.own_data and task != "classification" else "",
        )
        one = WHOLE.get((task, select))
        end = joined(cat, f"return ({one}).item()" if one else SEVERAL[task, select])
        functions = (AREA,) if select == "auc" else ()
    text = code(f'''
        @torch.no_grad()
        def evaluate({takes}) -> float:
            """{about}"""
            model.eval()
            {begin}
            {head}
    ''')
    text = joined(text, indented(joined(moved(subject), each), 2), indented(end))
    return Part({}, (*functions, text))

"""The debug table: six mistakes, each with what one sees, its cause and its fix.

Most mistakes of a training raise no error. They show in figures, if one looks at the right ones:
two losses of the same rows, a norm that grows, an accuracy that is too good. Each panel runs one
mistake beside the correct code. Where fourbeat refuses the mistake, the panel shows its message.
"""

import math
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

import fourbeat as fb
from fourbeat.labs.picture import RIGHT, WRONG, message, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import TRAIN, circles

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PREDICT = (
    "Float labels, a contaminated split, eval forgotten, gradients not cleared, a graph kept "
    "alive by logging, a NaN in the data: which of the six stop with an error by themselves?"
)

COMPARE = (
    "Only the first; fourbeat stops the last one too ({refused:.0f} of 6 refused).\n"
    "Float labels: cross-entropy wants class numbers. Fix: labels.long().\n"
    "Contaminated split: {shared:.0f} validation rows were trained on, so random labels are "
    "'predicted' with {leaked:.2f} against {honest:.2f}. Fix: split first, by row or by group.\n"
    "eval forgotten: the same rows give losses that differ by {wobble:.2f} instead of "
    "{still:.0f}. Fix: model.eval(), or fb.validate.\n"
    "Gradients not cleared: the norm reaches {piled:.1f} instead of {cleared:.1f}. Fix: "
    "zero_grad in each step.\n"
    "Graph kept by logging: total += loss holds {chain:.0f} graph nodes after 30 steps, total += "
    "loss.item() holds {free:.0f}. Fix: item() or detach().\n"
    "NaN: fourbeat names the beat and row {row:.0f}. Fix: there, not where the loss shows it."
)


def network() -> nn.Sequential:
    """2-32-2 with dropout, from the same weights each time."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 2))


def refusal(try_it: Callable[[], Any]) -> fb.FourbeatError:
    """What fourbeat says."""
    try:
        try_it()
    except fb.FourbeatError as error:
        return error
    raise AssertionError("it was not refused")


def float_labels(axes: "Axes") -> dict[str, float]:
    """The labels are float32."""
    x, y = TRAIN
    batch = (x, y.float())
    error = refusal(lambda: fb.check_batch(network(), batch, nn.CrossEntropyLoss()))
    message(axes, str(error))
    return {"refused": 1}


def contaminated_split(axes: "Axes") -> dict[str, float]:
    """The validation rows were trained on; the labels are random."""
    torch.manual_seed(0)
    x, y = torch.randn(120, 8), torch.randint(0, 2, (120,))
    curves: dict[str, list[float]] = {}
    for name, first in (("leaked", 40), ("honest", 80)):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(8, 128), nn.ReLU(), nn.Linear(128, 2))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        curves[name] = []
        for _ in range(60):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[:80]), y[:80]).backward()
            optimizer.step()
            held_out = [(x[first : first + 40], y[first : first + 40])]
            curves[name].append(fb.validate(model, held_out, nn.CrossEntropyLoss()).accuracy)
    both = (x[:80, None] == x[None, 40:80]).all(dim=2).any(dim=0)
    axes.plot(curves["leaked"], color=WRONG, label="rows of the training")
    axes.plot(curves["honest"], color=RIGHT, label="rows held out")
    axes.set(xlabel="step", ylabel="validation accuracy", ylim=(0, 1.05))
    axes.legend(loc="lower right")
    return {
        "shared": int(both.sum()),
        "leaked": curves["leaked"][-1],
        "honest": curves["honest"][-1],
    }


def eval_forgotten(axes: "Axes") -> dict[str, float]:
    """Validation in train mode."""
    model, batch, loss_fn = network(), circles(100), nn.CrossEntropyLoss()
    model.train()
    with torch.no_grad():
        broken = [loss_fn(model(batch[0]), batch[1]).item() for _ in range(20)]
    correct = [fb.validate(model, [batch], loss_fn).loss for _ in range(20)]
    axes.plot(range(1, 21), broken, "o-", markersize=3, color=WRONG, label="train mode")
    axes.plot(range(1, 21), correct, "o-", markersize=3, color=RIGHT, label="eval mode")
    axes.set(xlabel="validation of the same rows", ylabel="loss")
    axes.margins(y=0.3)
    axes.set_xticks(range(0, 21, 5))
    axes.legend(loc="upper right", ncols=2)
    return {"wobble": max(broken) - min(broken), "still": max(correct) - min(correct)}


def not_cleared(axes: "Axes") -> dict[str, float]:
    """zero_grad is missing."""
    x, y = circles(100)
    most: dict[str, float] = {}
    for name, colour, label in (("piled", WRONG, "never cleared"), ("cleared", RIGHT, "cleared")):
        model = network().eval()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
        norms: list[float] = []
        for _ in range(60):
            if name == "cleared":
                optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            gradients = [p.grad for p in model.parameters() if p.grad is not None]
            norms.append(float(nn.utils.get_total_norm(gradients)))
            optimizer.step()
        axes.plot(norms, color=colour, label=label)
        most[name] = max(norms)
    axes.set(xlabel="step", ylabel="gradient's total 2-norm", ylim=(0, None))
    axes.legend()
    return most


def nodes(root: torch.Tensor | float) -> int:
    """Nodes of the graph that a logged value holds on to."""
    seen: set[Any] = set()
    waiting = [getattr(root, "grad_fn", None)]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [before for before, _ in node.next_functions]
    return len(seen)


def graph_kept(axes: "Axes") -> dict[str, float]:
    """`total += loss` keeps every step's graph."""
    x, y = circles(100)
    model = network()
    held: float | torch.Tensor = 0.0
    free = 0.0
    chain: list[int] = []
    alone: list[int] = []
    for _ in range(30):
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        held = held + loss  # the mistake
        free = free + loss.item()
        chain.append(nodes(held))
        alone.append(nodes(free))
    axes.plot(range(1, 31), chain, color=WRONG, label="total += loss")
    axes.plot(range(1, 31), alone, color=RIGHT, label="total += loss.item()")
    axes.set(xlabel="step", ylabel="graph nodes kept alive")
    axes.legend()
    return {"chain": chain[-1], "free": alone[-1]}


def nan_in_the_data(axes: "Axes") -> dict[str, float]:
    """Row 5 holds a NaN."""
    x, y = TRAIN[0].clone(), TRAIN[1]
    x[5, 1] = math.nan
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_fn = nn.CrossEntropyLoss()
    with TemporaryDirectory() as place:
        error = refusal(
            lambda: fb.fit(
                model, [(x, y)], loss_fn=loss_fn, optimizer=optimizer, epochs=1, out=f"{place}/run"
            )
        )
    finding: Any = getattr(error, "finding", None)
    message(axes, str(error))
    return {"refused": 1, "row": finding.rows[0]}


MISTAKES: dict[str, Callable[["Axes"], dict[str, float]]] = {
    "Float labels": float_labels,
    "A contaminated split": contaminated_split,
    "eval() forgotten": eval_forgotten,
    "Gradients not cleared": not_cleared,
    "A graph kept alive by logging": graph_kept,
    "NaN in the data": nan_in_the_data,
}


def run(directory: Path) -> dict[str, float]:
    """Figures of all six, and `debug_table.png`."""
    figures: dict[str, float] = {"refused": 0}
    with picture(
        directory, "debug_table", "Six mistakes and what one sees", columns=3, rows=2, height=3.4
    ) as panels:
        for axes, (title, mistake) in zip(panels, MISTAKES.items(), strict=True):
            axes.set_title(title)
            found = mistake(axes)
            figures["refused"] += found.pop("refused", 0)
            figures |= found
    return figures


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

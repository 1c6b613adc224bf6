"""The bug table: eight more ways to train nothing, recognised by their figures.

Some of these stop at once with a message that does not help; others run to the end. Each panel has
the mistake in red and the correct code in blue, or the message that fourbeat gives. `fb.overfit`
and `fb.check_batch` find half of them before any long run.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

import fourbeat as fb
from fourbeat.labs.picture import RIGHT, WRONG, message, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import circles

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PREDICT = (
    "zero_grad forgotten, a wrong loss, a wrong device, train() forgotten, a learning rate too "
    "high, one too low, no_grad forgotten, shapes that do not match: which two of the eight "
    "raise an error in PyTorch?"
)

COMPARE = (
    "The device and the shapes; the other six run to the end.\n"
    "zero_grad forgotten: after 100 steps the loss is {piled:.2f} instead of {cleared:.2f}. Fix: "
    "clear in each step.\n"
    "Wrong loss: squared error on class numbers ends at an accuracy of {squared:.2f}, "
    "cross-entropy at {entropy:.2f}: classes are names, not amounts. Fix: one logit a class, and "
    "cross-entropy.\n"
    "Wrong device: fourbeat takes a batch to the model's device ({moved:.0f} of 1) and names a "
    "layer that stayed elsewhere ({layer:.0f} of 1). Fix: model.to(device), whole.\n"
    "train() forgotten: BatchNorm's running mean moved by {stuck:.2f} instead of {learnt:.2f}. "
    "Fix: train() before each epoch; run.train does it.\n"
    "Learning rate too high: the loss rises to {high:,.0f} times its start; too low: it keeps "
    "{low:.4f} of it. Both verdicts name the rate ({verdicts:.0f} of 2). Fix: fb.lr_range_test.\n"
    "no_grad forgotten: an evaluation keeps {kept:.0f} outputs with their graphs instead of "
    "{none:.0f}. Fix: torch.no_grad(), or fb.validate.\n"
    "Shapes: fourbeat names the layer and what it takes ({shapes:.0f} of 1). Fix: fb.shapes shows "
    "each layer's output."
)


def network(seed: int = 0) -> nn.Sequential:
    """2-32-2."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2))


def zero_grad_forgotten(axes: "Axes") -> dict[str, float]:
    """Gradients pile up."""
    torch.manual_seed(0)
    x = torch.randn(200, 4)
    y = x.sum(dim=1, keepdim=True)
    last: dict[str, float] = {}
    for name, colour, label in (("piled", WRONG, "never cleared"), ("cleared", RIGHT, "cleared")):
        torch.manual_seed(1)
        model = nn.Linear(4, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
        losses: list[float] = []
        for _ in range(100):
            if name == "cleared":
                optimizer.zero_grad()
            rows = torch.randint(200, (20,))
            loss = nn.functional.mse_loss(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        axes.plot(losses, color=colour, label=label)
        last[name] = sum(losses[-10:]) / 10
    axes.set_yscale("log")
    axes.set(xlabel="step", ylabel="squared error")
    axes.legend()
    return last


def wrong_loss(axes: "Axes") -> dict[str, float]:
    """Squared error on class numbers: class 1 is not half of class 2."""
    source = torch.Generator().manual_seed(0)
    y = torch.arange(300) % 3
    places = torch.tensor([[0.0, 0.0], [3.0, 0.0], [1.5, 0.3]])
    x = places[y] + 0.5 * torch.randn(300, 2, generator=source)
    found: dict[str, float] = {}
    for name, colour, label in (
        ("squared", WRONG, "squared error"),
        ("entropy", RIGHT, "cross-entropy"),
    ):
        torch.manual_seed(0)
        model = nn.Sequential(
            nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1 if name == "squared" else 3)
        )
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        right: list[float] = []
        for _ in range(80):
            out: Tensor = model(x)
            if name == "squared":
                loss, answer = nn.functional.mse_loss(out[:, 0], y.float()), out[:, 0].round()
            else:
                loss, answer = nn.functional.cross_entropy(out, y), out.argmax(dim=1)
            right.append((answer == y).float().mean().item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        axes.plot(right, color=colour, label=label)
        found[name] = right[-1]
    axes.set(xlabel="step", ylabel="accuracy", ylim=(0, 1.05))
    axes.legend(loc="lower right")
    return found


def wrong_device(axes: "Axes") -> dict[str, float]:
    """Model here, batch there; the device `meta` stands for one that is not here."""
    x, y = circles(8)
    said = named = ""
    try:
        network().to("meta")(x)
    except RuntimeError as error:
        said = first(error)
    moved = len(list(fb.shapes(network().to("meta"), x))) > 0  # it takes the batch along
    half = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2).to("meta"))
    try:
        fb.check_batch(half, (x, y), nn.CrossEntropyLoss())
    except fb.FourbeatError as error:
        named = first(error)
    message(
        axes, f"PyTorch, model there, batch here:\n{said}\n\nfourbeat, one layer there:\n{named}"
    )
    return {"moved": int(moved), "layer": int("'2', Linear" in named)}


def first(error: Exception) -> str:
    """The first line of a message."""
    return str(error).splitlines()[0]


def train_forgotten(axes: "Axes") -> dict[str, float]:
    """After the first evaluation the model stays in eval mode."""
    x, y = circles(200)
    x = x + 2  # not centred: BatchNorm has something to learn
    moved: dict[str, float] = {}
    for name, colour, label in (
        ("stuck", WRONG, "left in eval mode"),
        ("learnt", RIGHT, "train() each epoch"),
    ):
        torch.manual_seed(0)
        norm = nn.BatchNorm1d(2)
        model = nn.Sequential(norm, nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        means: list[float] = []
        for _ in range(30):
            if name == "learnt":
                model.train()
            else:
                model.eval()  # as the evaluation before the first epoch left it
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
            means.append(float(norm.get_buffer("running_mean").norm()))
        axes.plot(means, color=colour, label=label)
        moved[name] = means[-1]
    axes.set(xlabel="step", ylabel="norm of BatchNorm's running mean")
    axes.legend()
    return moved


def rate(axes: "Axes", lr: float, name: str, cause: str) -> dict[str, float]:
    """A learning rate beside a fitting one, with the verdict of `fb.overfit`."""
    batch, loss_fn = circles(100), nn.CrossEntropyLoss()
    figures: dict[str, float] = {}
    for value, colour in ((lr, WRONG), (0.5, RIGHT)):
        model = network()
        optimizer = torch.optim.SGD(model.parameters(), lr=value)
        verdict = fb.overfit(model, batch, loss_fn, optimizer, steps=100)
        axes.plot(verdict.losses, color=colour, label=f"learning rate {value:g}")
        if value == lr:
            worst = max(verdict.losses) if name == "high" else verdict.losses[-1]
            figures[name] = worst / verdict.losses[0]
            figures["verdicts"] = any(cause in text for text in verdict.causes)
    axes.set_yscale("log")
    axes.set(xlabel="step", ylabel="loss of one batch")
    axes.legend(loc="best")
    return figures


def rate_too_high(axes: "Axes") -> dict[str, float]:
    """The loss goes up."""
    return rate(axes, 30.0, "high", "too high")


def rate_too_low(axes: "Axes") -> dict[str, float]:
    """The loss hardly moves."""
    return rate(axes, 1e-4, "low", "too low")


def no_grad_forgotten(axes: "Axes") -> dict[str, float]:
    """Outputs of an evaluation are collected with their graphs."""
    model, (x, _) = network().eval(), circles(200)
    kept: list[int] = []
    none: list[int] = []
    outputs: list[Tensor] = []
    lean: list[Tensor] = []
    for part in x.split(10):
        outputs.append(model(part))  # the mistake
        with torch.no_grad():
            lean.append(model(part))
        kept.append(sum(out.grad_fn is not None for out in outputs))
        none.append(sum(out.grad_fn is not None for out in lean))
    axes.plot(range(1, 21), kept, color=WRONG, label="no_grad forgotten")
    axes.plot(range(1, 21), none, color=RIGHT, label="under no_grad")
    axes.set(xlabel="batch of an evaluation", ylabel="outputs that hold a graph")
    axes.set_xticks(range(0, 21, 5))
    axes.set_yticks(range(0, 21, 5))
    axes.legend()
    return {"kept": kept[-1], "none": none[-1]}


def shapes_mismatched(axes: "Axes") -> dict[str, float]:
    """A layer takes another width than it gets."""
    model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(64, 2))
    try:
        fb.check_batch(model, circles(8), nn.CrossEntropyLoss())
    except fb.FourbeatError as error:
        message(axes, str(error))
        return {"shapes": int("'2', Linear" in str(error))}
    return {"shapes": 0}


BUGS: dict[str, Callable[["Axes"], dict[str, Any]]] = {
    "zero_grad forgotten": zero_grad_forgotten,
    "A wrong loss": wrong_loss,
    "A wrong device": wrong_device,
    "train() forgotten": train_forgotten,
    "Learning rate too high": rate_too_high,
    "Learning rate too low": rate_too_low,
    "no_grad forgotten": no_grad_forgotten,
    "Shapes that do not match": shapes_mismatched,
}


def run(directory: Path) -> dict[str, float]:
    """Figures of all eight, and `bug_table.png`."""
    figures: dict[str, float] = {"verdicts": 0}
    with picture(
        directory, "bug_table", "Eight bugs and what one sees", columns=4, rows=2, height=3.4
    ) as panels:
        for axes, (title, bug) in zip(panels, BUGS.items(), strict=True):
            axes.set_title(title)
            found = bug(axes)
            figures["verdicts"] += found.pop("verdicts", 0)
            figures |= found
    return figures


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

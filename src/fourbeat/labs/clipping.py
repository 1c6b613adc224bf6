"""Clipping: one bad batch, and what it may do.

A gradient points the way; its length says how far to go. A rare batch with an enormous gradient can
undo a hundred good steps. Clipping by norm keeps the direction and shortens the step. fourbeat
reports the norm as it was before, since that is the news, and refuses a norm that is not finite:
clipping would turn it into NaN everywhere.
"""

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, WRONG, picture
from fourbeat.labs.play import main

PREDICT = (
    "The gradient is (6, 8) and is clipped to a norm of 5: which norm is reported, and what is "
    "left of each value? What should happen if one value is infinite?"
)

COMPARE = (
    "Reported {reported:.1f}; after it {clipped:.1f}, that is ({x:.1f}, {y:.1f}): the same "
    "direction. An infinite gradient was refused {refused:.0f} of 1 times, with the parameter's "
    "name. In training, one batch of outliers raised the loss to {loose_peak:.2f} unclipped and "
    "to {clipped_peak:.2f} clipped; its norm was {outlier_norm:.0f}."
)


class Direct(nn.Module):
    """Its gradient is what the batch says."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.zeros(2))

    def forward(self, slope: Tensor) -> Tensor:
        """A scalar."""
        return (self.w * slope).sum()


def update(slope: list[float]) -> tuple[float, list[float]]:
    """The reported norm and the step, for a gradient, a learning rate of 1 and clipping to 5."""
    model = Direct()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    norm = 0.0
    with (
        TemporaryDirectory() as place,
        fb.Run(place, model=model, optimizer=optimizer, clip_norm=5.0) as training,
    ):
        for _ in training.epochs(1):
            for step in training.train([torch.ones(1, 2)]):
                step.backward(model(torch.tensor(slope) * step.batch[0]))
                step.update()
                norm = step.grad_norm
    return norm, [-value for value in model.w.tolist()]


def train(clip: float | None) -> tuple[list[float], list[float]]:
    """Loss over all rows after each step, and norms, with one batch of outliers at step 40."""
    torch.manual_seed(0)
    x = torch.randn(512, 4)
    y = x.sum(dim=1, keepdim=True)
    batches = [(x[i : i + 32], y[i : i + 32]) for i in range(0, 512, 32)] * 5
    batches[40] = (batches[40][0] * 8, -batches[40][1] * 8)
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
    losses: list[float] = []
    norms: list[float] = []
    with (
        TemporaryDirectory() as place,
        fb.Run(place, model=model, optimizer=optimizer, clip_norm=clip) as training,
    ):
        for _ in training.epochs(1):
            for step in training.train(batches):
                rows, target = step.batch
                step.backward(nn.functional.mse_loss(model(rows), target))
                step.update()
                norms.append(step.grad_norm)
                with torch.no_grad():
                    losses.append(nn.functional.mse_loss(model(x), y).item())
    return losses, norms


def run(directory: Path) -> dict[str, float]:
    """Figures of both, and `clipping.png`."""
    reported, (a, b) = update([6.0, 8.0])
    refused = 0
    try:
        update([math.inf, 8.0])
    except fb.FourbeatError:
        refused = 1
    loose, norms = train(None)
    clipped, _ = train(3.0)
    with picture(directory, "clipping", "Clipping by norm", columns=2) as (left, right):
        for point, colour, label in (
            ((6.0, 8.0), WRONG, f"as computed, norm {reported:.0f}"),
            ((a, b), RIGHT, f"clipped, norm {math.hypot(a, b):.0f}"),
        ):
            left.annotate(
                "", point, (0, 0), arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 2}
            )
            left.plot([], [], color=colour, label=label)
        angle = torch.linspace(0, torch.pi / 2, 60)
        left.plot(5 * angle.cos(), 5 * angle.sin(), "--", color=QUIET, linewidth=1, label="norm 5")
        left.set(
            xlabel="gradient of w1",
            ylabel="gradient of w2",
            xlim=(0, 10),
            ylim=(0, 10),
            aspect="equal",
        )
        left.set_title("The direction stays")
        left.legend(loc="upper left")
        right.plot(range(1, len(loose) + 1), loose, color=WRONG, label="not clipped")
        right.plot(range(1, len(clipped) + 1), clipped, color=RIGHT, label="clipped to norm 3")
        right.axvline(41, color=QUIET, linestyle="--", linewidth=1)
        right.text(40, max(loose) * 0.6, "a batch\nof outliers", ha="right", color=QUIET)
        right.set(xlabel="step", ylabel="loss over all rows (squared error)", ylim=(0, None))
        right.set_title("One bad batch undoes little")
        right.legend()
    return {
        "reported": reported,
        "clipped": math.hypot(a, b),
        "x": a,
        "y": b,
        "refused": refused,
        "loose_peak": max(loose[40:]),
        "clipped_peak": max(clipped[40:]),
        "outlier_norm": norms[40],
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

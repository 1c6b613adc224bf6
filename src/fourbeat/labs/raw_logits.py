"""Raw logits go into cross-entropy; a softmax before it hides in plain sight.

`CrossEntropyLoss` takes logits and does the softmax itself. A model that ends in a softmax of its
own still runs, still learns a little, and raises no error: its outputs lie between 0 and 1, so the
loss cannot come near 0 and the gradients are small. The broken loop is plain PyTorch;
`fourbeat.fit` refuses such a model before its first step.
"""

from pathlib import Path

import torch
from torch import nn

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, WRONG, picture
from fourbeat.labs.play import main

PREDICT = (
    "The logits (2, -1) and (-0.5, 1.5) are right for the labels 0 and 1. Their loss is 0.0878. "
    "What is it if a softmax is applied first? How low can it go with three classes at all?"
)

COMPARE = (
    "Raw {raw:.4f}, after a softmax {softened:.4f}. Trained alike on three classes, raw logits "
    "reach {correct_loss:.3f} and the softmax {broken_loss:.3f}; it cannot pass {floor:.3f}, the "
    "loss of the outputs (1, 0, 0). fourbeat.check_batch refused {refused:.0f} of 1 such models: "
    "each of its rows is positive and sums to 1, which logits never do. For reference, logits "
    "(2, 1, 0.1) with class 0 give {reference:.4f}, and the squared error of (2.5, 3.1, 4) "
    "against (3, 3, 4) is {squared:.4f}."
)

STEPS = 200


def train(*last: nn.Module) -> list[float]:
    """Loss of each step of a small model that ends in `last`."""
    torch.manual_seed(0)
    y = torch.arange(240) % 3
    x = torch.randn(240, 2) * 0.5 + torch.tensor([[0.0, 1.5], [-1.5, -1.0], [1.5, -1.0]])[y]
    model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 3), *last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    losses: list[float] = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def run(directory: Path) -> dict[str, float]:
    """Figures of both, and `raw_logits.png`."""
    entropy, squares = nn.functional.cross_entropy, nn.functional.mse_loss
    logits, labels = torch.tensor([[2.0, -1.0], [-0.5, 1.5]]), torch.tensor([0, 1])
    correct, broken = train(), train(nn.Softmax(dim=1))
    floor = entropy(torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([0])).item()
    refused = 0
    try:
        fb.check_batch(nn.Softmax(dim=1), (logits, labels), nn.CrossEntropyLoss())
    except fb.FourbeatError:
        refused = 1
    with picture(directory, "raw_logits", "A softmax before cross-entropy") as (axes,):
        axes.plot(range(1, STEPS + 1), correct, color=RIGHT, label="raw logits")
        axes.plot(range(1, STEPS + 1), broken, color=WRONG, label="softmax, then cross-entropy")
        axes.axhline(floor, color=QUIET, linestyle="--", linewidth=1)
        axes.text(
            STEPS,
            floor - 0.03,
            f"{floor:.3f}: no softmax output gets below",
            color=QUIET,
            ha="right",
            va="top",
        )
        axes.set(xlabel="step", ylabel="training loss (cross-entropy)", ylim=(0, None))
        axes.legend()
    return {
        "raw": entropy(logits, labels).item(),
        "softened": entropy(logits.softmax(dim=1), labels).item(),
        "correct_loss": correct[-1],
        "broken_loss": broken[-1],
        "floor": floor,
        "refused": float(refused),
        "reference": entropy(torch.tensor([[2.0, 1.0, 0.1]]), torch.tensor([0])).item(),
        "squared": squares(torch.tensor([2.5, 3.1, 4.0]), torch.tensor([3.0, 3.0, 4.0])).item(),
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

"""Gradients pile up: the loop without `zero_grad`, beside the correct one.

`backward` adds to the gradients that are there. That is a feature (it is how batches are
accumulated) and, when forgotten, a bug that raises no error: each step goes along the sum of all
gradients so far, which acts like a momentum that never fades. The broken loop is plain PyTorch,
as `step.update()` of fourbeat always clears. The history of the gradients gives the bug away:
from the second step on, a gradient is not the one of its own batch.
"""

from pathlib import Path

import torch
from torch import nn

from fourbeat.labs.picture import RIGHT, WRONG, picture
from fourbeat.labs.play import main

PREDICT = (
    "w = 1 and the loss is w squared: its gradient is 2. What stands in w.grad after a second "
    "backward, after a third, and after clearing? And does a loop without zero_grad still learn?"
)

COMPARE = (
    "{first:.1f}, {second:.1f}, {third:.1f}, and {cleared:.1f} once cleared. Without zero_grad "
    "the loss ends at {broken_loss:.3f}, with it at {correct_loss:.3f}. The largest norm of the "
    "gradient is {broken_norm:.2f} against {correct_norm:.2f}, and step {began:.0f} is the first "
    "whose gradient is not that of its own batch: there it began."
)

STEPS = 100


def train(clear: bool) -> tuple[list[float], list[float], int]:
    """Loss and gradient norm of each step; the first step with a gradient that is not its own."""
    torch.manual_seed(0)
    x = torch.randn(256, 5)
    y = x.sum(dim=1, keepdim=True) + 0.3 * torch.randn(256, 1)
    model = nn.Linear(5, 1)
    weights = list(model.parameters())
    optimizer = torch.optim.SGD(weights, lr=0.05)
    losses: list[float] = []
    norms: list[float] = []
    began = 0
    for number in range(1, STEPS + 1):
        if clear:
            optimizer.zero_grad()
        rows = torch.randint(256, (32,))
        loss = nn.functional.mse_loss(model(x[rows]), y[rows])
        own = torch.autograd.grad(loss, weights, retain_graph=True)
        loss.backward()
        held = [p.grad for p in weights if p.grad is not None]
        if not began and not all(map(torch.allclose, held, own)):
            began = number
        losses.append(loss.item())
        norms.append(float(nn.utils.get_total_norm(held)))
        optimizer.step()
    return losses, norms, began


def pile() -> list[float]:
    """The gradient of w squared at w = 1 after one, two and three calls, and after clearing."""
    w = torch.ones((), requires_grad=True)
    seen: list[float] = []
    for clears in (False, False, False, True):
        if clears:
            w.grad = None
        w.square().backward()
        seen.append(float(w.grad) if w.grad is not None else 0.0)
    return seen


def run(directory: Path) -> dict[str, float]:
    """Figures of both loops, and `zero_grad.png`."""
    losses, norms, never = train(clear=True)
    broken_losses, broken_norms, began = train(clear=False)
    assert never == 0
    with picture(
        directory, "zero_grad", "Missing zero_grad: gradients pile up", columns=2
    ) as panels:
        left, right = panels
        for axes, good, bad in ((left, losses, broken_losses), (right, norms, broken_norms)):
            axes.plot(range(1, STEPS + 1), good, color=RIGHT, label="cleared before each backward")
            axes.plot(range(1, STEPS + 1), bad, color=WRONG, label="never cleared")
            axes.set_xlabel("step")
            axes.set_yscale("log")
        left.set(ylabel="training loss (mean squared error)")
        left.set_title("The loss swings instead of falling")
        right.set(ylabel="gradient's total 2-norm")
        right.set_title("The gradients give it away")
        left.set_ylim(0.005, 40)
        left.legend(loc="lower left")
    first, second, third, cleared = pile()
    return {
        "first": first,
        "second": second,
        "third": third,
        "cleared": cleared,
        "correct_loss": losses[-1],
        "broken_loss": broken_losses[-1],
        "correct_norm": max(norms),
        "broken_norm": max(broken_norms),
        "began": float(began),
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

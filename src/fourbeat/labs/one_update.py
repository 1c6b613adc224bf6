"""One update, watched: what backward does, and what step does.

A network of zeros sees two rows once. After `backward` every gradient is there and every weight is
where it was; only `step` moves weights, against the gradient times the learning rate. Who knows
which of the two did what can read any training loop. The second panel does the same by hand for
a line w*x + b, where the gradient can be worked out on paper.
"""

from pathlib import Path

import torch
from torch import nn

from fourbeat.labs.picture import QUIET, RIGHT, THIRD, WRONG, picture
from fourbeat.labs.play import main

PREDICT = (
    "All weights are 0, so all logits are 0. What is the loss of two classes? Which weights are "
    "still 0 after backward, and which after step with a learning rate of 0.2?"
)

COMPARE = (
    "The loss is {loss:.4f}, the logarithm of 2: the network knows nothing yet. Backward left "
    "the largest weight at {weight_after_backward:.1f} and made gradients of {gradient:.1f}; "
    "step moved by 0.2 times that, to {weight_after_step:.1f}. On the line, dL/dw is "
    "{slope_w:.1f} and dL/db {slope_b:.1f}: the error of 2 counts twice, times x = 3 for the "
    "weight."
)


def run(directory: Path) -> dict[str, float]:
    """Figures of both, and `one_update.png`."""
    model = nn.Linear(2, 2)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    x, y = torch.tensor([[1.0, 1.0], [-1.0, -1.0]]), torch.tensor([1, 0])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    assert model.weight.grad is not None
    gradient, still = model.weight.grad.flatten().tolist(), model.weight.flatten().tolist()
    optimizer.step()
    moved = model.weight.flatten().tolist()

    w, b = torch.tensor(2.0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    error = (w * 3 + b - 5).square()
    error.backward()
    assert w.grad is not None
    assert b.grad is not None
    slope = w.grad.item()

    with picture(
        directory, "one_update", "Backward fills gradients, step moves weights", columns=2
    ) as (left, right):
        names = ["class 0, x1", "class 0, x2", "class 1, x1", "class 1, x2"]
        bars = {
            "gradient": (gradient, THIRD),
            "weight after backward": (still, QUIET),
            "weight after step": (moved, RIGHT),
        }
        for place, (label, (values, colour)) in enumerate(bars.items()):
            left.bar(
                [i + 0.27 * (place - 1) for i in range(4)], values, 0.25, label=label, color=colour
            )
        left.plot(range(4), still, "_", color=QUIET, markersize=14)
        left.axhline(0, color=QUIET, linewidth=0.8)
        left.set(xticks=range(4), xticklabels=names, ylabel="value", ylim=(-0.65, 0.9))
        left.set_title("One step of SGD, learning rate 0.2")
        left.legend(loc="upper center", ncols=2)
        values = torch.linspace(0.4, 2.4, 50)
        right.plot(values, (values * 3 + 1 - 5).square(), color=QUIET, label="loss (3w + 1 - 5)²")
        near = torch.tensor([1.68, 2.25])
        right.plot(
            near,
            error.item() + slope * (near - 2),
            color=WRONG,
            label=f"slope {slope:.0f} at w = 2",
        )
        right.plot([2], [error.item()], "o", color=WRONG)
        right.set(xlabel="w", ylabel="squared error")
        right.set_title("A gradient is a slope")
        right.legend(loc="upper center")
    return {
        "loss": loss.item(),
        "gradient": max(gradient),
        "weight_after_backward": max(map(abs, still)),
        "weight_after_step": max(moved),
        "slope_w": slope,
        "slope_b": b.grad.item(),
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

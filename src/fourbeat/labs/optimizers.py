"""Four optimizers on one problem: SGD, momentum, Adam, AdamW.

The problem is a ravine: steep one way, flat the other, as losses of networks are in many
directions at once. SGD must take small steps for the steep side and crawls along the flat one;
momentum gathers speed where gradients agree; Adam measures each direction and takes steps of one
size in all. AdamW also pulls every weight towards 0, aside from the gradient, so it ends a little
short of the minimum: that is the price of the smaller weights that one asked for.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer

from fourbeat.labs.picture import FOURTH, QUIET, RIGHT, THIRD, WRONG, picture
from fourbeat.labs.play import main

PREDICT = (
    "The loss is (x - 3)²/2 + 25 (y - 1)²/2, and all start at (-1, 2.5). Who is at the minimum "
    "first within 150 steps, and whose path turns a right angle? Who never quite arrives?"
)

COMPARE = (
    "After {steps:.0f} steps the loss is {sgd:.2g} with SGD, {momentum:.2g} with momentum, "
    "{adam:.2g} with Adam and {adamw:.2g} with AdamW, whose x stays at {adamw_x:.3f} instead of "
    "3. Momentum was below 0.01 for good after {momentum_there:.0f} steps, Adam after "
    "{adam_there:.0f}, SGD after {sgd_there:.0f}. SGD's path has the right angle: the steep way "
    "first, then the flat one. The order is another on another problem: look at curves, not at "
    "names."
)

STEPS = 150

MAKERS: dict[str, Callable[[list[nn.Parameter]], Optimizer]] = {
    "sgd": lambda p: SGD(p, lr=0.035),
    "momentum": lambda p: SGD(p, lr=0.035, momentum=0.8),
    "adam": lambda p: Adam(p, lr=0.25),
    "adamw": lambda p: AdamW(p, lr=0.25, weight_decay=0.1),
}

LABELS = {
    "sgd": "SGD 0.035",
    "momentum": "SGD 0.035, momentum 0.8",
    "adam": "Adam 0.25",
    "adamw": "AdamW 0.25, decay 0.1",
}


def ravine(x: Tensor, y: Tensor) -> Tensor:
    """The loss."""
    return (x - 3).square() / 2 + 25 * (y - 1).square() / 2


def descend(make: Callable[[list[nn.Parameter]], Optimizer]) -> tuple[Tensor, list[float]]:
    """The way, of shape (STEPS + 1, 2), and the loss at each place."""
    place = nn.Parameter(torch.tensor([-1.0, 2.5]))
    optimizer = make([place])
    way, losses = [place.detach().clone()], [ravine(*place.detach()).item()]
    for _ in range(STEPS):
        optimizer.zero_grad()
        ravine(place[0], place[1]).backward()
        optimizer.step()
        way.append(place.detach().clone())
        losses.append(ravine(*place.detach()).item())
    return torch.stack(way), losses


def there(losses: list[float]) -> int:
    """Steps until the loss stays below 0.01; STEPS if it never does."""
    last = max((i for i, loss in enumerate(losses) if loss >= 0.01), default=-1)
    return min(last + 1, STEPS)


def run(directory: Path) -> dict[str, float]:
    """Figures of the four, and `optimizers.png`."""
    found = {name: descend(make) for name, make in MAKERS.items()}
    with picture(directory, "optimizers", "Four optimizers in one ravine", columns=2) as panels:
        left, right = panels
        x, y = torch.linspace(-1.6, 5.2, 120), torch.linspace(-0.8, 2.9, 120)
        grid = ravine(x[None, :], y[:, None])
        left.contour(
            x, y, grid, levels=[0.1, 0.5, 2, 5, 10, 20, 35], colors="#d0d7de", linewidths=1
        )
        left.plot(3, 1, "+", color=QUIET, markersize=12)
        for (name, (way, losses)), colour in zip(
            found.items(), (WRONG, RIGHT, THIRD, FOURTH), strict=True
        ):
            left.plot(way[:, 0], way[:, 1], ".-", color=colour, markersize=4, linewidth=1.2)
            right.plot(losses, color=colour, label=LABELS[name])
        left.set(xlabel="x", ylabel="y")
        left.grid(visible=False)
        left.set_title("Their ways from (-1, 2.5) to the minimum")
        right.set_yscale("log")
        right.set(xlabel="step", ylabel="loss", ylim=(1e-9, 1e4))
        right.set_title("Their losses")
        right.legend(loc="upper right")
    figures = {name: losses[-1] for name, (_, losses) in found.items()}
    arrivals = {f"{name}_there": there(found[name][1]) for name in ("sgd", "momentum", "adam")}
    return {"steps": STEPS, **figures, **arrivals, "adamw_x": found["adamw"][0][-1, 0].item()}


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

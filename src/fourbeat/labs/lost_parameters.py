"""Lost parameters: a layer made in forward, and one that the optimizer does not hold.

Both train without an error. A layer that is made in `forward` is new at each call: its weights are
random each time and nobody updates them. A layer that was added after the optimizer was made has
gradients that nobody uses. `fb.held` names the second at once; the first is found by what it cannot
do: give the same output twice. The broken variants here are refused nowhere, so all three are
trained alike.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

import fourbeat as fb
from fourbeat.labs.picture import RIGHT, THIRD, WRONG, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import circles

PREDICT = (
    "Three networks of 2-32-2: one correct, one whose last layer is made in forward, one whose "
    "first layer the optimizer does not hold. Which of them still learn something? Which has "
    "fewer parameters?"
)

COMPARE = (
    "Losses after training: correct {correct:.3f}, layer made in forward {fresh:.3f}, layer not "
    "held {unheld:.3f}. The second has {fresh_count:.0f} parameters instead of {count:.0f}, and "
    "its outputs for the same rows differ by {differ:.2f} between two calls in eval mode "
    "({correct_differ:.0f} for the correct one). Of the third, fb.held names {named:.0f} "
    "parameters that no optimizer holds: it learns with what is left, which is why nobody "
    "notices."
)


class Network(nn.Module):
    """2-32-2; `fresh` makes the last layer in forward."""

    def __init__(self, *, fresh: bool = False) -> None:
        super().__init__()
        self.first = nn.Linear(2, 32)
        self.last = None if fresh else nn.Linear(32, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of shape (N, 2)."""
        last = self.last or nn.Linear(32, 2)  # the mistake
        return last(self.first(x).relu())


def train(model: Network, parameters: list[nn.Parameter]) -> list[float]:
    """Training loss of each epoch."""
    optimizer = torch.optim.Adam(parameters, lr=0.01)
    loader = fb.TensorLoader(*circles(256), batch_size=32, shuffle=True)
    with TemporaryDirectory() as place:
        run = fb.fit(
            model,
            loader,
            loss_fn=nn.CrossEntropyLoss(),
            optimizer=optimizer,
            epochs=30,
            out=f"{place}/run",
        )
    return [epoch.train["loss"] for epoch in run.receipt.curves]


def differ(model: nn.Module) -> float:
    """The largest difference between two passes over the same rows, in eval mode."""
    x, _ = circles(64)
    model.eval()
    with torch.no_grad():
        return float((model(x) - model(x)).abs().max())


def run(directory: Path) -> dict[str, float]:
    """Figures of all three, and `lost_parameters.png`."""
    torch.manual_seed(0)
    correct, fresh, unheld = Network(), Network(fresh=True), Network()
    assert unheld.last is not None
    found = {
        "correct": train(correct, list(correct.parameters())),
        "fresh": train(fresh, list(fresh.parameters())),
        "unheld": train(unheld, list(unheld.last.parameters())),
    }
    holding = fb.held(unheld, torch.optim.Adam(unheld.last.parameters()))
    with picture(directory, "lost_parameters", "Parameters that nobody trains") as (axes,):
        for values, colour, label in zip(
            found.values(),
            (RIGHT, WRONG, THIRD),
            ("correct", "last layer made in forward", "first layer not held by the optimizer"),
            strict=True,
        ):
            axes.plot(range(1, len(values) + 1), values, color=colour, label=label)
        axes.set(xlabel="epoch", ylabel="training loss (cross-entropy)", ylim=(0, 1.0))
        axes.legend(loc="upper right")
    return {
        **{name: values[-1] for name, values in found.items()},
        "count": sum(p.numel() for p in correct.parameters()),
        "fresh_count": sum(p.numel() for p in fresh.parameters()),
        "differ": differ(fresh),
        "correct_differ": differ(correct),
        "named": len(holding.unheld),
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

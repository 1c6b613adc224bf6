"""Two tasks, one body: a class and a quantity, with the parts of the loss in the report.

Both heads use the same features, and their losses are added with weights. Watch the parts, not the
sum alone: a sum may fall while one of its parts rises. The biases are in a parameter group without
weight decay, made by name.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, THIRD, picture
from fourbeat.labs.play import main

PREDICT = (
    "A shared body learns which of three values is largest, and their sum. Which part of the "
    "loss falls faster, the class or the quantity? Does the reported loss equal kind + 0.5 size?"
)

COMPARE = (
    "After {epochs:.0f} epochs the class is at {kind:.3f} (from {kind_first:.3f}) and the "
    "quantity at {size:.3f} (from {size_first:.3f}): relative to its start the quantity fell "
    "{faster:.1f} times as far. loss = kind + 0.5 size holds to {gap:.1g}."
)


class Two(nn.Module):
    """A shared body with a head for each task."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Dropout(0.1))
        self.kind, self.size = nn.Linear(32, 3), nn.Linear(32, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of shape (N, 3) and sizes of shape (N,)."""
        h = self.body(x)
        return self.kind(h), self.size(h).squeeze(1)


def train(directory: str | Path) -> fb.Run:
    """Train, or go on with the run in the directory."""
    torch.manual_seed(1)
    x = torch.randn(300, 4)
    kind, size = x[:, :3].argmax(1), x.sum(1)
    loader = fb.TensorLoader(x, kind, size, batch_size=32, shuffle=True, seed=1)
    model = Two()
    groups = fb.parameter_groups(model, {"*.bias": {"weight_decay": 0.0}})
    optimizer = torch.optim.AdamW(groups, lr=0.01)
    with fb.Run(directory, model=model, optimizer=optimizer, seed=1, checkpoint_every=2) as run:
        for _ in run.epochs(20):
            for step in run.train(loader):
                a, label, amount = step.batch
                logits, guess = model(a)
                one = nn.functional.cross_entropy(logits, label)
                two = nn.functional.mse_loss(guess, amount)
                step.backward(one + 0.5 * two, terms={"kind": one, "size": two})
                step.update()
    return run


def run(directory: Path) -> dict[str, float]:
    """Figures of the run, and `multitask.png`."""
    curves = [epoch.train for epoch in train(directory).receipt.curves]
    with picture(directory, "multitask", "Two tasks, one body") as (axes,):
        for name, colour, label in (
            ("loss", QUIET, "loss = kind + 0.5 size"),
            ("kind", RIGHT, "kind: cross-entropy"),
            ("size", THIRD, "size: squared error"),
        ):
            axes.plot(
                range(1, len(curves) + 1), [c[name] for c in curves], color=colour, label=label
            )
        axes.set_yscale("log")
        axes.set(xlabel="epoch", ylabel="mean over the epoch's rows")
        axes.set_xticks(range(0, 21, 5))
        axes.legend()
    first, last = curves[0], curves[-1]
    return {
        "epochs": len(curves),
        "loss": last["loss"],
        "kind": last["kind"],
        "size": last["size"],
        "kind_first": first["kind"],
        "size_first": first["size"],
        "faster": (first["size"] / last["size"]) / (first["kind"] / last["kind"]),
        "gap": abs(last["loss"] - last["kind"] - 0.5 * last["size"]),
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

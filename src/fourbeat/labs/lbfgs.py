"""L-BFGS: an optimizer that asks for the loss again and again, through a closure.

Most optimizers take one gradient and make one step. L-BFGS guesses the curvature from the last
gradients and tries several points in each step, so it needs a function that computes the loss: the
closure. It is at its best on small smooth problems; here a network follows a damped wave.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

import fourbeat as fb
from fourbeat.labs.picture import FOURTH, RIGHT, THIRD, picture
from fourbeat.labs.play import main

PREDICT = (
    "30 epochs of two batches, each step with at most 6 looks at the loss. How small does the "
    "squared error of a curve between -0.7 and 0.7 get? With Adam, for as many looks? And does "
    "L-BFGS prefer two batches of 32 rows or one of all 64?"
)

COMPARE = (
    "{lbfgs:.1e} with L-BFGS on two batches (epoch {best_epoch:.0f} was the best), {adam:.1e} "
    "with Adam in {looks:.0f} looks at all rows, {whole:.1e} with L-BFGS on all rows, for as "
    "many. Curvature that is guessed from gradients of different batches misleads: give L-BFGS "
    "all rows at once."
)


def wave() -> tuple[Tensor, Tensor]:
    """64 points of the curve, each of shape (64, 1)."""
    x = torch.linspace(-2, 2, 64)[:, None]
    return x, torch.sin(4 * x) * torch.exp(-x.square() / 2)


def network() -> nn.Sequential:
    """1-24-24-1."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1)
    )


def train(directory: str | Path) -> fb.Run:
    """Train, or go on with the run in the directory."""
    x, y = wave()
    loader = fb.TensorLoader(x, y, batch_size=32, shuffle=True, seed=0)
    model = network()
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=6)
    with fb.Run(directory, model=model, optimizer=optimizer, checkpoint_every=1) as run:
        for epoch in run.epochs(30):
            for step in run.train(loader):
                a, b = step.batch

                def closure(step: Any = step, a: Tensor = a, b: Tensor = b) -> Tensor:
                    loss = nn.functional.mse_loss(model(a), b)
                    step.backward(loss)
                    return loss

                step.update(closure=closure)
            epoch.close(run.validate([(x, y)], nn.functional.mse_loss))
    return run


def beside(name: str, looks: int) -> list[float]:
    """The loss at each look of a plain loop over all rows, by Adam or L-BFGS."""
    model, (x, y) = network(), wave()
    optimizer: torch.optim.Optimizer = (
        torch.optim.Adam(model.parameters(), lr=0.01)
        if name == "adam"
        else torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=6)
    )
    losses: list[float] = []

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        losses.append(loss.item())
        return loss.detach()

    while len(losses) < looks:
        optimizer.step(closure)  # pyright: ignore[reportArgumentType]
    return losses[:looks]


def run(directory: Path) -> dict[str, float]:
    """Figures of both, and `lbfgs.png`."""
    trained = train(directory)
    best = trained.receipt.selection
    assert best is not None
    losses = [epoch.validation["loss"] for epoch in trained.receipt.curves]
    per_epoch = 2 * 6  # batches, and looks at most
    looks = per_epoch * len(losses)
    adam, whole = beside("adam", looks), beside("lbfgs", looks)
    trained.load_best()
    x, y = wave()
    with picture(directory, "lbfgs", "A damped wave, by L-BFGS and by Adam", columns=2) as panels:
        left, right = panels
        left.plot(
            [per_epoch * (i + 1) for i in range(len(losses))],
            losses,
            color=RIGHT,
            label="L-BFGS, two batches",
        )
        left.plot(range(1, looks + 1), adam, color=THIRD, label="Adam, all rows")
        left.plot(range(1, looks + 1), whole, color=FOURTH, label="L-BFGS, all rows")
        left.set_yscale("log")
        left.set(xlabel="looks at the loss", ylabel="mean squared error")
        left.legend()
        right.plot(x, y, color="#c9d2db", linewidth=5, label="the wave")
        with torch.no_grad():
            right.plot(x, trained.model(x), color=RIGHT, label="the network, by L-BFGS")
        right.set(xlabel="x", ylabel="y", ylim=(-1, 1.3))
        right.legend(loc="upper right")
    return {
        "lbfgs": best.value,
        "best_epoch": best.epoch,
        "adam": min(adam),
        "whole": min(whole),
        "looks": looks,
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

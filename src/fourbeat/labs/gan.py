"""A GAN: two optimizers that take turns on each batch, in one run that resumes.

The maker turns noise into points, the judge tells them from points of a ring; each learns from the
other. Two optimizers take turns within a step: `step.backward(loss, optimizer="judge")` clears what
the other one left in its gradients, so that nothing leaks. Neither loss falls to 0: in balance the
judge can do no better than guess, and its loss is 2 log 2.
"""

from pathlib import Path

import torch
from torch import nn

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, THIRD, picture
from fourbeat.labs.play import main

PREDICT = (
    "Judge and maker train against each other for 60 epochs. Do their losses fall towards 0? "
    "Where does the judge's loss (real plus fake) settle if it can only guess?"
)

COMPARE = (
    "It settled at {judge_loss:.3f}; guessing gives 2 log 2 = {guessing:.3f}. The maker's loss "
    "is {maker_loss:.3f}. Made points lie at a distance of {radius:.2f} from the centre on "
    "average, where the ring has 1, with a spread of {spread:.2f}; before training it was "
    "{radius_before:.2f}."
)


def maker() -> nn.Sequential:
    """From noise of shape (N, 4) to points of shape (N, 2)."""
    hidden = [nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU()]
    return nn.Sequential(*hidden, nn.Linear(64, 2))


def judge_of_points() -> nn.Sequential:
    """From points of shape (N, 2) to logits of shape (N, 1): is it real?"""
    hidden = [nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2)]
    return nn.Sequential(*hidden, nn.Dropout(0.1), nn.Linear(64, 1))


def train(directory: str | Path) -> fb.Run:
    """Train, or go on with the run in the directory."""
    torch.manual_seed(3)
    angle = torch.rand(512) * 2 * torch.pi
    ring = torch.stack([angle.cos(), angle.sin()], dim=1)
    loader = torch.utils.data.DataLoader(ring, batch_size=64, shuffle=True)  # pyright: ignore[reportArgumentType]
    make, judge = maker(), judge_of_points()
    optimizers = {
        "judge": torch.optim.Adam(judge.parameters(), lr=3e-3, betas=(0.5, 0.99)),
        "make": torch.optim.Adam(make.parameters(), lr=3e-3, betas=(0.5, 0.99)),
    }
    loss_fn = nn.functional.binary_cross_entropy_with_logits
    model = nn.ModuleDict({"make": make, "judge": judge})
    with fb.Run(directory, model=model, optimizer=optimizers, seed=3, checkpoint_every=4) as run:
        for _ in run.epochs(60):
            for step in run.train(loader):
                real, n = step.batch, len(step.batch)
                fake = make(torch.randn(n, 4))
                right = loss_fn(judge(real), torch.ones(n, 1))
                wrong = loss_fn(judge(fake.detach()), torch.zeros(n, 1))
                step.backward(right + wrong, optimizer="judge")
                step.update("judge")
                step.backward(loss_fn(judge(fake), torch.ones(n, 1)), optimizer="make")
                step.update("make")
    return run


def run(directory: Path) -> dict[str, float]:
    """Figures of the run, and `gan.png`."""
    trained = train(directory)
    curves = [epoch.train for epoch in trained.receipt.curves]
    torch.manual_seed(1)
    noise = torch.randn(400, 4)
    with torch.no_grad():
        before, made = maker()(noise), trained.model.get_submodule("make")(noise)
    radius = made.norm(dim=1)
    guessing = 2 * torch.log(torch.tensor(2.0)).item()
    with picture(directory, "gan", "A maker and a judge", columns=2) as (left, right):
        epochs = range(1, len(curves) + 1)
        left.plot(epochs, [c["judge_loss"] for c in curves], color=RIGHT, label="judge")
        left.plot(epochs, [c["make_loss"] for c in curves], color=THIRD, label="maker")
        left.axhline(
            guessing, color=QUIET, linestyle="--", linewidth=1, label="a judge that guesses"
        )
        left.set(xlabel="epoch", ylabel="loss (binary cross-entropy)", ylim=(0, None))
        left.legend(loc="lower right")
        angle = torch.linspace(0, 2 * torch.pi, 100)
        right.plot(angle.cos(), angle.sin(), color=QUIET, linewidth=1, label="the ring")
        right.plot(before[:, 0], before[:, 1], ".", color="#c9d2db", label="made before training")
        right.plot(made[:, 0], made[:, 1], ".", color=THIRD, label="made after training")
        right.set(xlabel="x", ylabel="y", aspect="equal", xlim=(-1.7, 1.7), ylim=(-1.5, 2.2))
        right.legend(loc="upper left")
    return {
        "judge_loss": curves[-1]["judge_loss"],
        "maker_loss": curves[-1]["make_loss"],
        "guessing": guessing,
        "radius": radius.mean().item(),
        "spread": radius.std().item(),
        "radius_before": before.norm(dim=1).mean().item(),
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

"""torch.compile: the same numbers from fewer, larger kernels.

Eager PyTorch runs one kernel an operation. `torch.compile` traces the model into a graph and fuses
operations that follow each other, so that values are read and written once. What it cannot trace,
such as a branch on a tensor's value, breaks the graph in two. `fb.Run(…, compile=fb.Compile())`
compiles the model for the run, says where the graph breaks, and goes on eagerly where there is no
compiler. Compiling takes seconds, and pays only if it is run often enough.
"""

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn
from torch.nn.functional import cross_entropy

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, message, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import circles

PREDICT = (
    "One model is trained twice from the same weights, eagerly and compiled: will the losses be the "
    "same to the last digit? Will a chain of seven cheap operations over a large tensor be faster "
    "compiled? And what becomes of `if hidden.mean() > 0:` in the forward pass?"
)

COMPARE = (
    "The losses differ by {loss_gap:.2g} at most: the order of sums is another, so they are near "
    "and not the same bits. The compiled chain takes {ratio:.2f} of the eager time on this machine; "
    "its results differ by {gap:.2g} at most. The branch breaks the graph in {breaks:.0f} place, "
    "and the run says in which line."
)


class Chain(nn.Module):
    """Operations that do little with each value they read."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Of any shape, float32."""
        return ((x * 2 + 1).sin() * x.cos() - x).tanh()


class Branching(nn.Module):
    """A forward pass that asks for a value on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 32)
        self.last = nn.Linear(32, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits of shape (N, 2) from (N, 2) float32."""
        hidden = self.first(x).relu()
        if hidden.mean() > 0:
            hidden = hidden * 2
        return self.last(hidden)


def train(model: nn.Module, how: fb.Compile | None) -> tuple[list[float], list[str]]:
    """Loss of each epoch, and what was said of the compiler."""
    x, y = circles(512)
    loader = fb.TensorLoader(x, y, batch_size=64, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    losses: list[float] = []
    with (
        TemporaryDirectory() as place,
        fb.Run(place, model=model, optimizer=optimizer, compile=how) as training,
    ):
        for epoch in training.epochs(15):
            for step in training.train(loader):
                rows, label = step.batch
                step.backward(cross_entropy(model(rows), label))
                step.update()
            losses.append(epoch.train.loss)
        said = [event.text for event in training.receipt.events if event.kind == "compile"]
    return losses, said


def ratio(compiled: nn.Module, eager: nn.Module) -> tuple[list[float], float]:
    """Time of the compiled chain by that of the eager one, block by block; the largest gap."""
    x = torch.randn(400_000)
    with torch.no_grad():
        gap = float((compiled(x) - eager(x)).abs().max())  # compiles
        found: list[float] = []
        for _ in range(25):
            times: list[float] = []
            for chain in (compiled, eager):
                began = time.perf_counter()
                for _ in range(4):
                    chain(x)
                times.append(time.perf_counter() - began)
            found.append(times[0] / times[1])
    return found, gap


def run(directory: Path) -> dict[str, float]:
    """Figures of the three questions, and `compiled.png`."""
    torch.manual_seed(0)
    plain, model = Branching(), Branching()
    model.load_state_dict(plain.state_dict())
    eager, _ = train(plain, None)
    compiled, said = train(model, fb.Compile())
    failed = sum("failed" in text for text in said)
    chain = Chain()
    if not failed:
        chain.compile()
    found, gap = ratio(chain, Chain())
    with picture(directory, "compiled", "torch.compile", columns=3) as (left, middle, right):
        epochs = range(1, len(eager) + 1)
        left.plot(epochs, eager, "o-", color=QUIET, markersize=7, label="eager")
        left.plot(epochs, compiled, "o-", color=RIGHT, markersize=3, label="compiled")
        left.set(xlabel="epoch", ylabel="training loss", ylim=(0, None))
        left.set_title("The same curve")
        left.legend()
        middle.plot(found, "o", color=RIGHT, markersize=4)
        middle.axhline(1, color=QUIET, linestyle="--", label="eager")
        middle.set(xlabel="block of 4 calls", ylabel="time, compiled / eager", ylim=(0, None))
        middle.set_title(f"A chain of seven operations: {statistics.median(found):.2f}")
        middle.legend()
        right.set_title("What the run says of the branch")
        message(right, "\n\n".join(said) or "nothing")
    return {
        "loss_gap": max(abs(a - b) for a, b in zip(eager, compiled, strict=True)),
        "ratio": statistics.median(found),
        "gap": gap,
        "breaks": sum("breaks the graph" in text for text in said),
        "failed": failed,
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

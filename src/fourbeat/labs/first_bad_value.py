"""The first bad value: NaN spreads, and only its origin helps.

One NaN in one row makes the logits, the loss, every gradient and, after the update, every weight
NaN. Whoever looks at the loss sees the last of five beats. Four runs here break in four places; the
picture shows in red all that is not finite at the end of the step, and framed in green the one thing
that fourbeat names. It stops before the update, so the weights stay whole.
"""

import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, nn

import fourbeat as fb
from fourbeat.labs.picture import FOURTH, QUIET, WRONG, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import TRAIN

PREDICT = (
    "A value of row 5 is NaN. How many of the five (inputs, logits, loss, gradients, weights) "
    "are bad after one plain step? Which one should an error name, and is it always the loss?"
)

COMPARE = (
    "{bad_input:.0f} of 5 with a NaN in the data, {bad_logits:.0f} with a logarithm of 0 in the "
    "model, {bad_loss:.0f} with one in the loss, {bad_gradients:.0f} with a root whose slope at "
    "0 is infinite. fourbeat named the first of them in {named:.0f} of 4 runs; for the data also "
    "the row, number {row:.0f}. In the last run the loss itself was finite: only the gradients "
    "were not."
)

BEATS = ("inputs", "logits", "loss", "gradients", "parameters")


class Network(nn.Module):
    """2-8-2, which may take a logarithm or a root on the way."""

    def __init__(self, flaw: str) -> None:
        super().__init__()
        self.body, self.flaw = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2)), flaw

    def forward(self, x: Tensor) -> Tensor:
        """Logits of shape (N, 2)."""
        logits = self.body(x)
        if self.flaw == "logits":
            return (logits * 0).log() * 0 + logits
        if self.flaw == "gradients":
            return logits + (logits * 0).square().sum(dim=1, keepdim=True).sqrt()
        return logits


def setting(flaw: str) -> tuple[Network, tuple[Tensor, Tensor], nn.Module]:
    """Model, batch and loss of a run that breaks at one beat."""
    torch.manual_seed(0)
    x, y = TRAIN[0].clone(), TRAIN[1]
    if flaw == "inputs":
        x[5, 1] = math.nan
    return Network(flaw), (x, y), Entropy() if flaw == "loss" else nn.CrossEntropyLoss()


class Entropy(nn.Module):
    """Cross-entropy by hand, which forgets that a probability may round to 0."""

    def forward(self, logits: Tensor, y: Tensor) -> Tensor:
        """A scalar."""
        p = (logits * 1000).softmax(dim=1)
        return -p[torch.arange(len(y)), y].log().mean()


def spread(flaw: str) -> list[bool]:
    """Which beats hold values that are not finite after one plain step."""
    model, (x, y), loss_fn = setting(flaw)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    logits = model(x)
    loss = loss_fn(logits, y)
    loss.backward()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    optimizer.step()
    seen = [[x], [logits], [loss], gradients, list(model.parameters())]
    return [not all(bool(t.isfinite().all()) for t in tensors) for tensors in seen]


def named(flaw: str) -> fb.FourbeatError | None:
    """What fourbeat says of the same step."""
    model, batch, loss_fn = setting(flaw)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with TemporaryDirectory() as place:
        try:
            fb.fit(
                model, [batch], loss_fn=loss_fn, optimizer=optimizer, epochs=1, out=f"{place}/run"
            )
        except fb.FourbeatError as error:
            return error
    return None


def run(directory: Path) -> dict[str, float]:
    """Figures of the four runs, and `first_bad_value.png`."""
    flaws = BEATS[:4]
    bad = {flaw: spread(flaw) for flaw in flaws}
    errors = {flaw: named(flaw) for flaw in flaws}
    found: dict[str, Any] = {
        flaw: getattr(error, "finding", None) for flaw, error in errors.items()
    }
    titles = ("a NaN in the data", "log(0) in the model", "log(0) in the loss", "a root at 0")
    with picture(
        directory, "first_bad_value", "What is not finite after one plain step", height=3.6
    ) as (axes,):
        for y, flaw in enumerate(flaws):
            for x, value in enumerate(bad[flaw]):
                colour = "#f3cfcb" if value else "#f5f7f9"
                axes.fill_between((x - 0.47, x + 0.47), y - 0.44, y + 0.44, color=colour)
                axes.text(
                    x,
                    y,
                    "not finite" if value else "finite",
                    ha="center",
                    va="center",
                    color=WRONG if value else QUIET,
                )
            if found[flaw] is not None:
                x = BEATS.index(found[flaw].beat)
                corners = (x - 0.47, x + 0.47, x + 0.47, x - 0.47, x - 0.47)
                axes.plot(
                    corners,
                    (y - 0.44, y - 0.44, y + 0.44, y + 0.44, y - 0.44),
                    color=FOURTH,
                    linewidth=3,
                    label="named by fourbeat" if y == 0 else None,
                )
        axes.set(xlim=(-0.55, 4.55), ylim=(3.55, -0.55))
        axes.set_xticks(range(5), BEATS)
        axes.set_yticks(range(4), titles)
        axes.grid(visible=False)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return {
        "bad_input": sum(bad["inputs"]),
        "bad_logits": sum(bad["logits"]),
        "bad_loss": sum(bad["loss"]),
        "bad_gradients": sum(bad["gradients"]),
        "named": sum(f is not None and f.beat == flaw for flaw, f in found.items()),
        "row": found["inputs"].rows[0] if found["inputs"] is not None else math.nan,
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

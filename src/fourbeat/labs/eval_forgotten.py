"""eval() forgotten: two switches, and what each of them does.

`model.eval()` tells layers such as Dropout and BatchNorm to behave as in use; `torch.no_grad()`
tells autograd to keep no graph. They are separate: either may be forgotten alone. Without eval,
Dropout makes each validation another number, and BatchNorm even learns from the validation rows.
`run.validate` and `fb.validate` set both and put both back.
"""

from pathlib import Path

import torch
from torch import nn

import fourbeat as fb
from fourbeat.labs.picture import RIGHT, WRONG, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import circles

PREDICT = (
    "A network with Dropout and BatchNorm is validated 30 times on the same rows. In train mode: "
    "one number or 30? Under no_grad alone: is Dropout off? After it: are the weights and "
    "buffers as before?"
)

COMPARE = (
    "In train mode the loss ran from {lowest:.3f} to {highest:.3f}, {distinct:.0f} different "
    "values, though no_grad was on; with eval it was {correct:.3f} each time "
    "({correct_distinct:.0f} value). BatchNorm's running mean moved by {drift:.2f} under train "
    "mode and by {correct_drift:.0f} under fb.validate. An output requires a gradient: "
    "{grad_on:.0f} (1 is yes) without no_grad, {grad_off:.0f} with it, in eval mode both times."
)

TIMES = 30


def trained() -> nn.Sequential:
    """A network with both kinds of layer, after a short training."""
    torch.manual_seed(0)
    x, y = circles(400)
    model = nn.Sequential(
        nn.Linear(2, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 2)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(150):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    return model


def run(directory: Path) -> dict[str, float]:
    """Figures of both, and `eval_forgotten.png`."""
    model, loss_fn = trained(), nn.CrossEntropyLoss()
    x, y = circles(200, noise=0.15, seed=1)
    norm = model.get_submodule("1")
    start = norm.get_buffer("running_mean").clone()
    correct = [fb.validate(model, [(x, y)], loss_fn).loss for _ in range(TIMES)]
    after = norm.get_buffer("running_mean").clone()
    model.eval()
    grad_on = model(x).requires_grad
    with torch.no_grad():
        grad_off = model(x).requires_grad
        model.train()  # eval forgotten; no_grad is on
        broken = [loss_fn(model(x), y).item() for _ in range(TIMES)]
    drift = norm.get_buffer("running_mean") - start
    with picture(directory, "eval_forgotten", "The same rows, validated 30 times") as (axes,):
        axes.plot(
            range(1, TIMES + 1),
            broken,
            "o-",
            color=WRONG,
            markersize=4,
            linewidth=0.8,
            label="in train mode",
        )
        axes.plot(
            range(1, TIMES + 1),
            correct,
            "o-",
            color=RIGHT,
            markersize=4,
            linewidth=0.8,
            label="in eval mode, by fb.validate",
        )
        axes.set(xlabel="validation", ylabel="loss (cross-entropy)", ylim=(0, None))
        axes.legend(loc="lower right")
    return {
        "lowest": min(broken),
        "highest": max(broken),
        "distinct": len(set(broken)),
        "correct": correct[0],
        "correct_distinct": len(set(correct)),
        "drift": float(drift.norm()),
        "correct_drift": float((after - start).norm()),
        "grad_on": int(grad_on),
        "grad_off": int(grad_off),
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

"""The best weights, kept by reference: a copy that is none.

`model.state_dict()` gives the tensors themselves. Who keeps it as "the best so far" keeps the model,
which goes on training: at the end the best epoch's weights are the last epoch's. Nothing fails, and
the reported loss belongs to weights that are gone. The broken keeper is plain Python; fourbeat
copies what it selects, and writes it to disk.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, WRONG, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import circles

PREDICT = (
    "A network overfits, so its best epoch is an early one. best = model.state_dict() is kept at "
    "that epoch and loaded at the end. Which validation loss do the loaded weights have?"
)

COMPARE = (
    "Epoch {best_epoch:.0f} was the best, with {best:.4f}. Kept by reference, its weights give "
    "{reference:.4f} at the end, which is the last epoch's {last:.4f}; copied, {copied:.4f}. "
    "What fourbeat selected gives {selected:.4f}."
)


def run(directory: Path) -> dict[str, float]:
    """Figures of the three keepers, and `aliasing.png`."""
    torch.manual_seed(0)
    x, y = circles(40, noise=0.35)
    validation = [circles(200, noise=0.35, seed=1)]
    model, loss_fn = (
        nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 2)),
        nn.CrossEntropyLoss(),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    curve: list[float] = []
    reference: dict[str, Tensor] = {}
    copied: dict[str, Tensor] = {}
    with TemporaryDirectory() as place, fb.Run(place, model=model, optimizer=optimizer) as training:
        for epoch in training.epochs(60):
            for step in training.train([(x, y)]):
                step.backward(loss_fn(model(x), y))
                step.update()
            report = training.validate(validation, loss_fn)
            if not curve or report.loss < min(curve):
                reference = model.state_dict()  # the mistake
                copied = {name: tensor.clone() for name, tensor in reference.items()}
            curve.append(report.loss)
            epoch.close(report)
        selected = training.selected()
    found: list[float] = []
    for weights in (reference, copied, selected):
        again = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 2))
        again.load_state_dict(weights)
        found.append(fb.validate(again, validation, loss_fn).loss)
    best = curve.index(min(curve)) + 1
    with picture(directory, "aliasing", "Which weights were kept?") as (axes,):
        axes.plot(range(1, 61), curve, color=QUIET, label="validation loss while training")
        axes.plot(best, min(curve), "o", color=QUIET)
        axes.axhline(found[1], color=RIGHT, linestyle="--", label=f"kept as a copy: {found[1]:.3f}")
        axes.axhline(
            found[0], color=WRONG, linestyle="--", label=f"kept by reference: {found[0]:.3f}"
        )
        axes.annotate(
            "best epoch",
            (best, min(curve)),
            (best + 5, min(curve) - 0.035),
            color=QUIET,
            arrowprops={"arrowstyle": "-", "color": QUIET},
            va="center",
        )
        axes.set(
            xlabel="epoch", ylabel="validation loss (cross-entropy)", ylim=(min(curve) - 0.07, None)
        )
        axes.legend(loc="center left", bbox_to_anchor=(0.02, 0.7))
    return {
        "best_epoch": best,
        "best": min(curve),
        "last": curve[-1],
        "reference": found[0],
        "copied": found[1],
        "selected": found[2],
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

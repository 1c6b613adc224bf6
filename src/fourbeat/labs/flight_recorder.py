"""The flight recorder: a run that dies, the row that killed it, and a branch that lives.

One price list has a slip of the pen: a house of a thousand times the area. Training goes well for
three epochs, and then the loss is infinite. Every step was recorded, so nobody has to guess: the
log says where it began, in which layer, and which rows were in the batch; the step is done again
and looked at; and a second run leaves the first one just before it, with clipping on.
"""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, WRONG, picture
from fourbeat.labs.play import main

PREDICT = (
    "The run dies at step 166. Is the batch of step 166 the one to look at? And will the same run "
    "survive if only the gradients are clipped from the guilty step on?"
)

COMPARE = (
    "The loss was infinite at step {died:.0f}, and it began {before:.0f} steps earlier: at step "
    "{began:.0f} the gradient of the first layer was {times:,.0f} times its usual, in a batch with row "
    "{row:.0f}, the slip. Done again, that step had the recorded loss to the last bit ({equal:.0f} of 1). "
    "Its update was {update:,.0f} % of the first layer's weights. The branch from there, clipped to a "
    "norm of 1, shares every step before it, came to its end, and has a validation loss of {survived:.3f}."
)

SLIP = 611
"""The row with the wrong area, from 0."""

SETTINGS = {
    "optimizer.name": "sgd",
    "optimizer.lr": 0.02,
    "optimizer.momentum": 0.9,
    "train.epochs": 10,
    "train.batch_size": 16,
    "train.patience": 50,
    "model.dropout": 0.0,
    "model.norm": "none",
}


def houses(file: Path) -> Path:
    """Write a price list with one slip of the pen."""
    made = np.random.default_rng(0)
    values = made.normal(size=(1200, 4))
    price = values @ [1, 0.5, -0.4, -0.3] + 0.1 * made.normal(size=1200)
    values[SLIP, 0] = 1000
    lines = [
        ",".join(f"{value:.4f}" for value in (*row, paid))
        for row, paid in zip(values, price, strict=True)
    ]
    file.write_text("\n".join(["area,rooms,age,distance,price", *lines]) + "\n")
    return file


def run(directory: Path) -> dict[str, float]:
    """Figures of both runs, and `flight_recorder.png`."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        table = houses(home / "houses.csv")
        with suppress(fb.FourbeatError):  # it stops before the update that would spoil everything
            fb.train(table, "price", task="regression", out=home / "first", settings=SETTINGS)
        log = fb.history(home / "first")
        incident = fb.explain(home / "first")[0]
        with fb.replay(home / "first", step=incident.began) as step:
            equal = step.loss is not None and step.loss.item() == log.loss()[incident.began]
            norms = step.layers["layers.0.weight"]
        usual = float(np.median(log.layer("layers.0.weight").grad[: incident.began]))
        branch, receipt = fb.branch(
            home / "first", incident.began, {"train.clip_norm": 1.0}, home / "branch"
        )
        other = fb.history(branch)
        with picture(
            directory, "flight_recorder", "A run that dies, and its branch", columns=2
        ) as (
            left,
            right,
        ):
            for one, colour, label in (
                (log, WRONG, "first run"),
                (other, RIGHT, "branch, clipped"),
            ):
                start = 0 if one is log else incident.began
                left.semilogy(one.step[start:], one.loss()[start:], color=colour, label=label)
            left.axvline(incident.began, color=QUIET, linestyle="--", linewidth=1)
            left.set(xlabel="step", ylabel="loss (squared error)", ylim=(1e-2, 1e6))
            left.set_title("It began before it showed")
            left.legend()
            near = slice(incident.began - 40, len(log))
            for name, colour in (("layers.0.weight", WRONG), ("layers.6.weight", RIGHT)):
                layer = log.layer(name).grad[near]
                right.semilogy(log.step[near], layer, color=colour, label=name)
            right.axvline(incident.began, color=QUIET, linestyle="--", linewidth=1)
            right.text(incident.began - 1, 1e3, f"step {incident.began}", ha="right", color=QUIET)
            right.set(xlabel="step", ylabel="norm of the gradient", ylim=(1e-2, 1e6))
            right.set_title("The layer and the step")
            right.legend(loc="upper left")
    return {
        "died": incident.step,
        "began": incident.began,
        "before": incident.step - incident.began,
        "row": SLIP if SLIP in incident.rows else -1,
        "rows_in_its_batch": len(incident.rows),
        "times": norms.gradient / usual,
        "update": 100 * norms.ratio,
        "equal": float(equal),
        "survived": receipt.results["validation"]["loss"],
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

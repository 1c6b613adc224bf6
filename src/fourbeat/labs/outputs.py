"""Several outputs, one loss: what backward takes, and how a report keeps the parts.

`backward` starts from one number. A loss of one value per row has no gradient to start from, and
PyTorch's message does not say what to do; fourbeat's names the shape and the remedy. A model with
several outputs, in a tuple or a dict, needs no base class: each output gets its loss, the sum goes
to `step.backward`, and the parts go along as `terms`, so that the report has a curve for each.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, THIRD, picture
from fourbeat.labs.play import main

PREDICT = (
    "A classifier 20-128-64-4 with dropout gets a batch of 8 rows: what is the shape of its "
    "logits? And what happens if the loss is made with reduction='none' and given to backward?"
)

COMPARE = (
    "({rows:.0f}, {classes:.0f}). A loss with a value for each row was refused {refused:.0f} of "
    "1 times, before anything was computed from it. With two heads the sum fell from "
    "{first_loss:.3f} to {last_loss:.3f}; the report's parts say why: the class went to "
    "{kind:.3f} and the quantity to {size:.3f}, and loss = kind + size holds to {gap:.1g}."
)


class Two(nn.Module):
    """20 features through 128 and 64 units; a head of 4 classes, and one of a quantity."""

    def __init__(self) -> None:
        super().__init__()
        hidden = [nn.Linear(20, 128), nn.ReLU(), nn.Dropout(0.2)]
        self.body = nn.Sequential(*hidden, nn.Linear(128, 64), nn.ReLU(), nn.Dropout(0.2))
        self.kind, self.size = nn.Linear(64, 4), nn.Linear(64, 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Logits of shape (N, 4) and quantities of shape (N,)."""
        h = self.body(x)
        return {"kind": self.kind(h), "size": self.size(h).squeeze(1)}


def run(directory: Path) -> dict[str, float]:
    """Figures of a short training, and `outputs.png`."""
    torch.manual_seed(0)
    x = torch.randn(512, 20)
    kind, size = x[:, :4].argmax(dim=1), x[:, 4:8].sum(dim=1) / 2
    loader = fb.TensorLoader(x, kind, size, batch_size=64, shuffle=True)
    model = Two()
    shape = model(x[:8])["kind"].shape
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    refused = 0
    with (
        TemporaryDirectory() as place,
        fb.Run(place, model=model, optimizer=optimizer, seed=0) as training,
    ):
        for _ in training.epochs(25):
            for step in training.train(loader):
                rows, label, amount = step.batch
                out = model(rows)
                one = nn.functional.cross_entropy(out["kind"], label, reduction="none")
                two = nn.functional.mse_loss(out["size"], amount)
                if step.number == 0:
                    try:
                        step.backward(one + two)
                    except fb.FourbeatError:
                        refused += 1
                one = one.mean()
                step.backward(one + two, terms={"kind": one, "size": two})
                step.update()
    curves = [epoch.train for epoch in training.receipt.curves]
    with picture(directory, "outputs", "Two outputs, one loss, three curves") as (axes,):
        epochs = range(1, len(curves) + 1)
        for name, label, colour in (
            ("loss", "loss = kind + size", QUIET),
            ("kind", "kind: cross-entropy of 4 classes", RIGHT),
            ("size", "size: mean squared error", THIRD),
        ):
            axes.plot(epochs, [values[name] for values in curves], color=colour, label=label)
        axes.set(xlabel="epoch", ylabel="mean over the epoch's rows", ylim=(0, None))
        axes.legend()
    last = curves[-1]
    return {
        "rows": shape[0],
        "classes": shape[1],
        "refused": refused,
        "first_loss": curves[0]["loss"],
        "last_loss": last["loss"],
        "kind": last["kind"],
        "size": last["size"],
        "gap": abs(last["loss"] - last["kind"] - last["size"]),
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

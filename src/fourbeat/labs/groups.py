"""Parameter groups: a learning rate and a weight decay of their own, by name.

Fine-tuning moves a trained body slowly and a new head fast; weight decay is for matrices, and does
harm to biases and normalisation. An optimizer takes groups for that. `fb.parameter_groups` makes
them from patterns over names, says which pattern matches nothing, and `fb.held` shows who holds
what. The same patterns stand in a configuration file under `[optimizer.groups]`.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, THIRD, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import circles

PREDICT = (
    "AdamW gets groups: '*.bias' without decay, 'body.*' with a rate of 0.001, the rest 0.02 and "
    "decay 0.1. To which group does body.0.bias go? What happens with the pattern 'boddy.*'?"
)

COMPARE = (
    "To the first pattern that matches, '*.bias': the groups hold {biases:.0f}, {body:.0f} and "
    "{rest:.0f} parameters, {unheld:.0f} are in none. In 30 epochs the body's weights moved by "
    "{body_moved:.3f} of their norm, the head's by {head_moved:.2f}. The mistyped pattern was "
    "refused {refused:.0f} of 1 times, with the nearest name."
)


class Network(nn.Module):
    """A body that was trained before, let us say, and a new head."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 32), nn.LayerNorm(32), nn.ReLU(), nn.Linear(32, 32))
        self.head = nn.Linear(32, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits of shape (N, 2)."""
        return self.head(self.body(x).relu())


def run(directory: Path) -> dict[str, float]:
    """Figures of the groups, and `groups.png`."""
    torch.manual_seed(0)
    model = Network()
    refused = 0
    try:
        fb.parameter_groups(model, {"boddy.*": {"lr": 1e-3}})
    except fb.FourbeatError:
        refused = 1
    patterns = {"*.bias": {"weight_decay": 0.0}, "body.*": {"lr": 1e-3}}
    optimizer = torch.optim.AdamW(fb.parameter_groups(model, patterns), lr=0.02, weight_decay=0.1)
    holding = fb.held(model, optimizer)
    named = dict(model.named_parameters())
    start = {name: p.detach().clone() for name, p in named.items()}
    watched = {"body.3.weight": QUIET, "body.0.weight": RIGHT, "head.weight": THIRD}
    ways: dict[str, list[float]] = {name: [0.0] for name in watched}
    loader = fb.TensorLoader(*circles(512), batch_size=64, shuffle=True)
    with TemporaryDirectory() as place, fb.Run(place, model=model, optimizer=optimizer) as training:
        for _ in training.epochs(30):
            for step in training.train(loader):
                x, y = step.batch
                step.backward(nn.functional.cross_entropy(model(x), y))
                step.update()
            for name, way in ways.items():
                far = (named[name].detach() - start[name]).norm() / start[name].norm()
                way.append(float(far))
    with picture(directory, "groups", "How far the weights moved, by group") as (axes,):
        for (name, way), colour in zip(ways.items(), watched.values(), strict=True):
            rate = "0.02" if name.startswith("head") else "0.001"
            axes.plot(way, color=colour, label=f"{name}, learning rate {rate}")
        axes.set(
            xlabel="epoch", ylabel="distance from the start / norm at the start", ylim=(0, None)
        )
        axes.legend()
    biases, body, rest = map(len, holding.groups)
    return {
        "biases": biases,
        "body": body,
        "rest": rest,
        "unheld": len(holding.unheld),
        "body_moved": ways["body.3.weight"][-1],
        "head_moved": ways["head.weight"][-1],
        "refused": refused,
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

"""Looking into a network: shapes after each layer, activations and gradients by hooks.

A hook is a function that PyTorch calls when a layer has given its output, or a parameter its
gradient. `fb.shapes` shows what each layer makes of a batch, `fb.activations` and `fb.gradients`
how large, how spread and how often zero the values are. All of them remove their hooks again: a
hook that stays costs time in every later step. The broken variant is an initialisation ten
times too small: the loss does not tell, but the layers do.
"""

from pathlib import Path

import torch
from torch import nn

import fourbeat as fb
from fourbeat.labs.picture import RIGHT, WRONG, picture
from fourbeat.labs.play import main

PREDICT = (
    "A network of 784-128-10 gets 32 rows: which shapes come after its three layers? In a deep "
    "one, all weights are made ten times too small: how large are the gradients of the first "
    "layer?"
)

COMPARE = (
    "(32, {hidden:.0f}), (32, {hidden:.0f}) and (32, {classes:.0f}), with any number of rows. "
    "ReLU left {zeros:.0%} zeros. With weights ten times too small the first layer's largest "
    "gradient is {broken_first:.1e} against {correct_first:.1e}, while the losses are "
    "{broken_loss:.3f} and {correct_loss:.3f}. Hooks that are left on the models: {left:.0f}."
)


def deep(scale: float) -> nn.Sequential:
    """Six hidden layers of 64 units; the weights fit for ReLU, times `scale`."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for _ in range(6):
        linear = nn.Linear(64, 64)
        nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(64, 10))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(scale)
    return model


def run(directory: Path) -> dict[str, float]:
    """Figures of the looks, and `shapes_and_hooks.png`."""
    torch.manual_seed(0)
    mlp = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    pixels = torch.randn(32, 784)
    hidden, _, logits, _ = [layer.output[0][0] for layer in fb.shapes(mlp, pixels)]
    assert mlp(pixels).grad_fn is not None  # the graph that backward goes along
    with fb.activations(mlp) as seen:
        mlp(pixels)
    x, y = torch.randn(64, 64), torch.arange(64) % 10
    spreads: dict[float, list[float]] = {}
    largest: dict[float, list[float]] = {}
    losses: dict[float, float] = {}
    models = {scale: deep(scale) for scale in (1.0, 0.1)}
    for scale, model in models.items():
        with fb.activations(model) as values, fb.gradients(model) as slopes:
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
        losses[scale] = loss.item()
        spreads[scale] = [found.std for name, found in values.items() if int(name) % 2 == 0]
        largest[scale] = [
            found.largest for name, found in sorted(slopes.items()) if "weight" in name
        ]
    with picture(
        directory, "shapes_and_hooks", "Activations and gradients, layer by layer", columns=2
    ) as (left, right):
        for axes, found, label in (
            (left, spreads, "standard deviation"),
            (right, largest, "largest value"),
        ):
            axes.plot(range(1, 8), found[1.0], "o-", color=RIGHT, label="weights fit for ReLU")
            axes.plot(range(1, 8), found[0.1], "o-", color=WRONG, label="ten times too small")
            axes.set_yscale("log")
            axes.set(xlabel="linear layer", ylabel=label, xticks=range(1, 8))
        left.set_title("What each layer gives, forward")
        right.set_title("The gradient of each weight matrix")
        left.legend(loc="lower left")
    every = [m for model in (mlp, *models.values()) for m in model.modules()]
    left_on = sum(len(m._forward_hooks) for m in every)  # pyright: ignore[reportPrivateUsage]
    return {
        "hidden": hidden[1],
        "classes": logits[1],
        "zeros": seen["1"].zeros,
        "correct_loss": losses[1.0],
        "broken_loss": losses[0.1],
        "correct_first": largest[1.0][0],
        "broken_first": largest[0.1][0],
        "left": left_on,
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)

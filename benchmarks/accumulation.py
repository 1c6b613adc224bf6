"""How far accumulated gradients are from those of the whole batch, over random configurations.

Each draws batch sizes, how many batches make a step, the network's width and the loss; the gradient
that an optimizer gets is compared with that of the step's batches as one.

    python benchmarks/accumulation.py [--configurations 200]
"""

import argparse
import logging
import random
import tempfile

import torch
from torch import nn

import fourbeat as fb


class Keep(torch.optim.SGD):
    """SGD that keeps the gradients it was given."""

    def __init__(self, parameters):
        super().__init__(parameters, lr=0.1)
        self.seen: list[torch.Tensor] = []

    def step(self, closure=None):
        """As SGD."""
        grads = [p.grad.flatten() for group in self.param_groups for p in group["params"]]
        self.seen.append(torch.cat(grads).clone())
        return super().step(closure)


def gradients(model, loader, loss_fn, accumulate):
    """The gradient of each step."""
    optimizer = Keep(model.parameters())
    with tempfile.TemporaryDirectory() as out:
        options = {"loss_fn": loss_fn, "optimizer": optimizer, "epochs": 1}
        fb.fit(model, loader, out=f"{out}/run", accumulate=accumulate, **options)
    return optimizer.seen


def main() -> None:
    """Print the largest differences."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--configurations", type=int, default=200)
    count = parser.parse_args().configurations
    logging.getLogger("fourbeat").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    draw = random.Random(0)
    absolute = relative = 0.0
    steps = 0
    for seed in range(count):
        made = torch.Generator().manual_seed(seed)
        sizes = [draw.randint(1, 33) for _ in range(draw.randint(1, 9))]
        accumulate, width = draw.randint(1, 6), draw.choice([4, 16, 64])
        loss_fn = draw.choice(
            [
                nn.CrossEntropyLoss(),
                nn.CrossEntropyLoss(weight=torch.tensor([0.3, 1.0, 2.5])),
                nn.CrossEntropyLoss(label_smoothing=0.2),
            ]
        )
        loader = [
            (torch.randn(n, 5, generator=made), torch.randint(0, 3, (n,), generator=made))
            for n in sizes
        ]
        groups = [loader[i : i + accumulate] for i in range(0, len(loader), accumulate)]
        whole = [tuple(torch.cat(parts) for parts in zip(*g, strict=True)) for g in groups]
        found = []
        for batches, size in ((loader, accumulate), (whole, 1)):
            torch.manual_seed(seed)
            model = nn.Sequential(nn.Linear(5, width), nn.Tanh(), nn.Linear(width, 3))
            found.append(gradients(model, batches, loss_fn, size))
        for ours, theirs in zip(*found, strict=True):
            gap = float((ours - theirs).abs().max())
            absolute = max(absolute, gap)
            relative = max(relative, gap / float(theirs.abs().max()))
            steps += 1
    print(
        f"{count} configurations, {steps} steps: largest difference of a gradient {absolute:.1e}, "
        f"{relative:.1e} of the step's largest"
    )


if __name__ == "__main__":
    main()

"""Rows that the flight recorder keeps."""

import torch
from torch import nn

import fourbeat as fb


def train(directory, *, pile=False):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6 if pile else 0.05)
    made = torch.Generator().manual_seed(1)
    x = torch.randn(320, 4, generator=made)
    loader = fb.TensorLoader(x, x.sum(1, keepdim=True) + 3, batch_size=16, shuffle=True, seed=1)
    with fb.Run(directory, model=model, optimizer=optimizer, seed=0, record=1.0) as run:
        for epoch in run.epochs(5):
            for step in run.train(loader):
                if pile and step.number == 30:
                    optimizer.zero_grad = lambda set_to_none=True: None
                if not pile and step.number == 47:
                    with torch.no_grad():
                        model[2].weight.mul_(25)  # the one layer that grew
                inputs, target = step.batch
                step.backward(nn.functional.mse_loss(model(inputs), target))
                step.update()
            epoch.close()


def test_L1_at_step_47_every_gradient_batch_and_update_is_seen_and_the_layer_that_grew(tmp_path):
    train(tmp_path / "r")
    log = fb.history(tmp_path / "r")
    weights = {name: log.layer(name).weight for name in log.layers}
    grown = {name: norms[47] / norms[46] for name, norms in weights.items()}
    assert max(grown, key=lambda name: grown[name]) == "2.weight"
    assert grown["2.weight"] > 20
    assert all(factor < 1.1 for name, factor in grown.items() if name != "2.weight")
    layer = log.layer("2.weight")
    assert (layer.grad[:60] > 0).all()
    assert (layer.update[:60] > 0).all()
    assert len(log.rows(47)) == 16


def test_F15_gradients_that_pile_up_are_dated_by_the_history(tmp_path):
    train(tmp_path / "r", pile=True)
    growth = [found for found in fb.explain(tmp_path / "r") if found.kind == "growth"]
    assert len(growth) == 1
    assert 28 <= growth[0].began <= 36

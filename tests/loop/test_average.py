"""Averaged weights are validated, selected and resumed."""

import pytest
import torch
from torch import nn

import fourbeat as fb


def train(directory, average, *, epochs=4, die_at=None, seen=None):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    loader = [(torch.randn(4, 2), torch.arange(4) % 2) for _ in range(3)]
    held_out = [(torch.randn(6, 2), torch.arange(6) % 2)]
    loss_fn = nn.CrossEntropyLoss()
    with fb.Run(
        directory, model=model, optimizer=optimizer, average=average, checkpoint_every=1
    ) as run:
        for epoch in run.epochs(epochs):
            for step in run.train(loader):
                if step.number == die_at:
                    raise KeyboardInterrupt
                x, y = step.batch
                step.backward(loss_fn(model(x), y))
                step.update()
                if seen is not None:
                    seen.append([p.detach().clone() for p in model.parameters()])
            epoch.close(run.validate(held_out, loss_fn))
    return run, model, held_out


def test_swa_is_the_mean_of_the_ends_of_epochs(tmp_path):
    seen = []
    run, _, held_out = train(tmp_path / "r", fb.SWA(start=2), seen=seen)
    ends = [seen[5], seen[8], seen[11]]
    wanted = [torch.stack(list(parts)).mean(0) for parts in zip(*ends, strict=True)]
    averaged = run._trainer.average.model
    for a, b in zip(averaged.parameters(), wanted, strict=True):
        torch.testing.assert_close(a, b)
    best = run.receipt.selection
    assert best.value == min(record.validation["loss"] for record in run.receipt.curves)
    report = run.evaluate("again", held_out, nn.CrossEntropyLoss())
    assert report.loss == pytest.approx(best.value)
    assert run.receipt.weights_sha256 != run.receipt.last_weights_sha256


def test_ema_follows_the_weights(tmp_path):
    seen = []
    run, *_ = train(tmp_path / "r", fb.EMA(0.8), seen=seen)
    wanted = seen[0]
    for after in seen[1:]:
        wanted = [0.8 * w + 0.2 * p for w, p in zip(wanted, after, strict=True)]
    for a, b in zip(run._trainer.average.model.parameters(), wanted, strict=True):
        torch.testing.assert_close(a, b)
    assert run.receipt.training.average == "EMA(decay=0.8)"


@pytest.mark.parametrize("average", [fb.EMA(0.8), fb.SWA(2)], ids=str)
@pytest.mark.parametrize("die_at", [1, 4, 7, 9])
def test_it_resumes_to_the_same_bits(tmp_path, average, die_at):
    whole, *_ = train(tmp_path / "whole", average)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "cut", average, die_at=die_at)
    again, *_ = train(tmp_path / "cut", average)
    assert again.receipt.weights_sha256 == whole.receipt.weights_sha256
    assert again.receipt.curves == whole.receipt.curves

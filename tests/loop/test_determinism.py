"""What comes again bit for bit is said in the receipt."""

import warnings

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import fourbeat as fb


def train(directory, workers=0, spoil=False):
    torch.manual_seed(0)
    model = nn.Linear(4, 2)
    data = TensorDataset(torch.randn(16, 4), torch.zeros(16, dtype=torch.long))
    loader = DataLoader(data, batch_size=8, num_workers=workers)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with fb.Run(directory, model=model, optimizer=optimizer, seed=0) as run:
        for epoch in run.epochs(1):
            for step in run.train(loader):
                x, y = step.batch
                if spoil:
                    warnings.warn(
                        "put_ does not have a deterministic implementation, but you set …",
                        stacklevel=1,
                    )
                step.backward(nn.functional.cross_entropy(model(x), y))
                step.update()
            epoch.close()
    return run.receipt.determinism


def test_threads_workers_and_algorithms_are_stated(tmp_path):
    found = train(tmp_path / "r", workers=1)
    assert (found.algorithms, found.threads, found.workers) == ("free", torch.get_num_threads(), 1)
    assert any("1 worker process" in text for text in found.statement)


def test_an_operator_that_warned_is_named(tmp_path):
    with pytest.warns(UserWarning, match="deterministic implementation"):
        found = train(tmp_path / "r", spoil=True)
    assert found.operators == ["put_"]
    assert any("put_ has no deterministic implementation" in text for text in found.statement)


def test_a_declared_run_prefers_or_requires_deterministic_operators(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    from fourbeat.data.samples import write

    write("tickets", tmp_path / "t.csv", rows=200)
    for strict, word in ((False, "preferred"), (True, "required")):
        settings = {"train.epochs": 1, "train.deterministic": strict}
        _, receipt = fb.train("t.csv", "escalated", out=word, settings=settings)
        assert receipt.determinism.algorithms == word
    assert not torch.are_deterministic_algorithms_enabled()

"""Every run looks at its own first steps; what it finds is in its receipt."""

import json

import pytest
import torch
from torch import nn

import fourbeat as fb


def data(rows=400):
    """A table whose two classes can be told apart."""
    torch.manual_seed(0)
    x = torch.randn(rows, 4)
    return x, (x[:, 0] > 0).long()


def train(
    folder, model, x, y, *, optimizer=None, epochs=2, loss=nn.functional.cross_entropy, **loader
):
    """Train in a loop of one's own; gives the findings of the receipt."""
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=0.1)
    batches = fb.TensorLoader(x, y, batch_size=32, **loader)
    with fb.Run(folder, model=model, optimizer=optimizer, seed=1) as run:
        for _ in run.epochs(epochs):
            for step in run.train(batches):
                inputs, target = step.batch
                step.backward(loss(model(inputs), target))
                step.update()  # here
    return findings(folder)


def findings(folder):
    """Of its receipt."""
    return json.loads((folder / "receipt.json").read_text())["findings"]


def net():
    """A small network."""
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))


def test_a_sound_run_has_no_findings(tmp_path, caplog):
    assert train(tmp_path / "run", net(), *data(), shuffle=True) == []
    assert caplog.text == ""


def line_of(text):
    """Where a text stands in this file."""
    with open(__file__) as file:
        return next(n for n, line in enumerate(file, 1) if line.rstrip().endswith(text))


def test_parameters_in_no_optimizer_are_named(tmp_path, caplog):
    model = net()
    optimizer = torch.optim.SGD(model[2].parameters(), lr=0.1)
    (found,) = train(tmp_path / "run", model, *data(), optimizer=optimizer, shuffle=True)
    assert (found["rule"], found["severity"]) == ("parameters-missing-from-optimizer", "warning")
    assert found["evidence"] == {"parameters": 2, "which": "0.weight, 0.bias"}
    assert found["line"] == line_of("step.update()  # here")
    assert "parameters-missing-from-optimizer" in caplog.text


def test_frozen_parameters_and_a_later_optimizer_are_right(tmp_path):
    model = net()
    model[0].requires_grad_(False)
    optimizer = torch.optim.SGD(model[2].parameters(), lr=0.1)
    assert train(tmp_path / "run", model, *data(), optimizer=optimizer, shuffle=True) == []
    model, (x, y) = net(), data()
    optimizer = torch.optim.SGD(model[2].parameters(), lr=0.1)
    with fb.Run(tmp_path / "late", model=model, optimizer=optimizer, seed=1) as run:
        for _ in run.epochs(1):
            for step in run.train(fb.TensorLoader(x, y, batch_size=32, shuffle=True)):
                if step.number == 6:
                    optimizer.add_param_group({"params": model[0].parameters()})
                step.backward(nn.functional.cross_entropy(model(step.batch[0]), step.batch[1]))
                step.update()
    assert findings(tmp_path / "late") == []


def test_a_loss_that_multiplies_by_zero(tmp_path):
    def nothing(output, target):
        return 0 * nn.functional.cross_entropy(output, target)

    (found,) = train(tmp_path / "run", net(), *data(), loss=nothing, shuffle=True)
    assert (found["rule"], found["severity"]) == ("gradients-are-zero", "error")
    assert "nothing is trained" in found["message"]


def test_rows_that_come_class_by_class(tmp_path):
    x, y = data()
    order = y.argsort()
    (found,) = train(tmp_path / "run", net(), x[order], y[order], shuffle=False)
    assert (found["rule"], found["severity"]) == ("training-data-not-shuffled", "error")
    assert found["evidence"]["label_changes"] == 1
    assert train(tmp_path / "any", net(), x[order], y[order], shuffle=True) == []
    assert train(tmp_path / "mixed", net(), x, y, shuffle=False) == []


def test_one_feature_drowns_the_others(tmp_path):
    x, y = data()
    x[:, 2] *= 1e5
    model = net()
    slow = torch.optim.SGD(model.parameters(), lr=1e-12)
    found = train(tmp_path / "run", model, x, y, optimizer=slow, epochs=1, shuffle=True)
    assert [one["rule"] for one in found] == ["inputs-unnormalised"]
    assert found[0]["evidence"]["largest_feature"] == 2


def test_findings_outlive_a_resume(tmp_path):
    x, y = data()
    x[:, 2] *= 1e5
    model = net()

    def go(stop):
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
        with fb.Run(tmp_path / "run", model=model, optimizer=optimizer, checkpoint_every=1) as run:
            for _ in run.epochs(2):
                for step in run.train(fb.TensorLoader(x, y, batch_size=32, shuffle=True)):
                    if step.number == stop:
                        raise KeyError
                    step.backward(nn.functional.cross_entropy(model(step.batch[0]), step.batch[1]))
                    step.update()

    with pytest.raises(KeyError):
        go(9)
    go(None)
    found = findings(tmp_path / "run")
    assert [one["rule"] for one in found] == ["inputs-unnormalised"]


def test_the_bits_are_those_of_a_run_that_is_not_looked_at(tmp_path, monkeypatch):
    model = net()
    start = {name: value.clone() for name, value in model.state_dict().items()}
    train(tmp_path / "one", model, *data(), shuffle=True)
    one = fb.weights_sha256(model.state_dict())
    model.load_state_dict(start)
    monkeypatch.setattr("fourbeat.loop.session.STEPS", 0)
    train(tmp_path / "other", model, *data(), shuffle=True)
    assert fb.weights_sha256(model.state_dict()) == one

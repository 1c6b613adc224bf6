"""Rows L, F, M and V: losses, gradients, resuming, stopping, seeds, reusable functions."""

import random

import numpy as np
import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.data.encode import TableShape
from fourbeat.errors import BatchError
from fourbeat.loop.means import Report
from fourbeat.models.tabular import MLP


def test_L3_cross_entropy_and_mean_squared_error():
    logits, label = torch.tensor([[2.0, 1.0, 0.1]]), torch.tensor([0])
    report = fb.validate(nn.Identity(), [(logits, label)], nn.CrossEntropyLoss())
    assert f"{report.loss:.4f}" == "0.4170"
    made, wanted = torch.tensor([2.5, 3.1, 4.0]), torch.tensor([3.0, 3.0, 4.0])
    report = fb.validate(nn.Identity(), [(made, wanted)], nn.MSELoss())
    assert f"{report.loss:.4f}" == "0.0867"
    assert "accuracy" not in report  # it has no meaning for quantities


def test_L4_gradients_of_a_line(tmp_path):
    class Line(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.tensor(2.0))
            self.b = nn.Parameter(torch.tensor(1.0))

        def forward(self, x):
            return self.w * x + self.b

    line = Line()
    optimizer = torch.optim.SGD(line.parameters(), lr=0.1)
    batch = torch.tensor([3.0]), torch.tensor([5.0])
    with fb.Run(tmp_path / "run", model=line, optimizer=optimizer) as run:
        for _ in run.epochs(1):
            for step in run.train([batch]):
                x, y = step.batch
                step.backward(nn.functional.mse_loss(line(x), y))
                assert (line.w.grad.item(), line.b.grad.item()) == (12.0, 4.0)
                step.update()


class Stop(Exception):
    """The process dies here."""


def routine(directory, lesson, *, die_at=None, epochs=8):
    made = lesson(dropout=0.3)
    scheduler = torch.optim.lr_scheduler.StepLR(made.optimizer, step_size=3, gamma=0.5)
    with fb.Run(
        directory,
        model=made.model,
        optimizer=made.optimizer,
        scheduler=scheduler,
        checkpoint_every=1,
        seed=7,
    ) as run:
        for epoch in run.epochs(epochs):
            for step in run.train(made.train):
                if step.number == die_at:
                    raise Stop
                x, y = step.batch
                step.backward(made.loss_fn(made.model(x), y))
                step.update()
            epoch.close(run.validate(made.val, made.loss_fn))
    return run.receipt, scheduler


def test_L10_a_checkpoint_holds_everything_and_resumes_bit_for_bit(tmp_path, lesson):
    whole, scheduler = routine(tmp_path / "whole", lesson)
    with pytest.raises(Stop):
        routine(tmp_path / "cut", lesson, die_at=9)
    newest = sorted((tmp_path / "cut" / "checkpoints").iterdir())[-1]
    state = torch.load(newest / "state.pt", weights_only=True)
    assert state.keys() >= {"model", "optimizer", "scheduler", "rng", "run"}
    assert state["rng"].keys() >= {"torch", "numpy", "python"}
    assert (state["run"]["epoch"], state["run"]["position"], state["run"]["step"]) == (4, 1, 9)
    resumed, again = routine(tmp_path / "cut", lesson)
    assert resumed.last_weights_sha256 == whole.last_weights_sha256
    assert resumed.weights_sha256 == whole.weights_sha256
    assert resumed.curves == whole.curves
    assert again.state_dict() == scheduler.state_dict()


def test_L11_early_stopping_keeps_and_restores_the_best(tmp_path, lesson):
    made = lesson()
    losses = [0.9, 0.5, 0.6, 0.7, 0.8, 0.4]
    kept = {}
    with fb.Run(tmp_path / "run", model=made.model, optimizer=made.optimizer) as run:
        for epoch in run.epochs(6):
            for step in run.train(made.train):
                x, y = step.batch
                step.backward(made.loss_fn(made.model(x), y))
                step.update()
            kept[epoch.number] = fb.weights_sha256(made.model.state_dict())
            if epoch.close(Report(4, {"loss": losses[epoch.number - 1]}), patience=3):
                break
    assert list(kept) == [1, 2, 3, 4, 5]
    assert run.receipt.run.stopped_early
    assert run.receipt.selection.epoch == 2
    run.load_best()
    assert fb.weights_sha256(made.model.state_dict()) == kept[2]


def test_F13_one_seed_for_torch_numpy_and_python():
    def draw():
        return torch.rand(2).tolist(), np.random.rand(2).tolist(), random.random()

    fb.seed_everything(13)
    first = draw()
    fb.seed_everything(13)
    assert draw() == first
    fb.seed_everything(14)
    assert draw() != first


def test_F13_the_same_seed_gives_the_same_run(tmp_path, lesson):
    hashes = {routine(tmp_path / name, lesson, epochs=3)[0].last_weights_sha256 for name in "ab"}
    assert len(hashes) == 1


def test_M1_the_tabular_classifier():
    model = MLP(TableShape(numeric=20, cardinalities=(), classes=4), widths=(128, 64), dropout=0.2)
    assert model(torch.randn(8, 20)).shape == (8, 4)
    linear = [tuple(m.weight.shape) for m in model.modules() if isinstance(m, nn.Linear)]
    assert linear == [(128, 20), (64, 128), (4, 64)]
    assert {m.p for m in model.layers if isinstance(m, nn.Dropout)} == {0.2}


def test_V1_train_and_validate_return_means_by_example(tmp_path):
    """Exact on uneven batches, against the mean over all rows at once."""
    torch.manual_seed(0)
    model, loss_fn = nn.Linear(3, 3), nn.CrossEntropyLoss()
    x, y = torch.randn(13, 3), torch.randint(0, 3, (13,))
    uneven = [(x[a:b], y[a:b]) for a, b in ((0, 1), (1, 6), (6, 13))]
    with torch.no_grad():
        logits = model(x)
    loss, right = loss_fn(logits, y).item(), (logits.argmax(1) == y).sum().item()
    report = fb.validate(model, uneven, loss_fn)
    assert report.examples == 13
    assert report.accuracy == right / 13
    assert report.loss == pytest.approx(loss, rel=1e-6)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    run = fb.fit(
        model, uneven, uneven, loss_fn=loss_fn, optimizer=optimizer, epochs=1, out=tmp_path / "r"
    )
    assert run.receipt.curves[0].train["accuracy"] == right / 13
    assert run.receipt.curves[0].train["loss"] == pytest.approx(loss, rel=1e-6)


def test_V2_scheduler_best_checkpoint_and_early_stopping_together(tmp_path, lesson):
    made = lesson(lr=3.0)  # so large that it soon gets worse
    scheduler = torch.optim.lr_scheduler.StepLR(made.optimizer, step_size=2, gamma=0.9)
    run = fb.fit(
        made.model,
        made.train,
        made.val,
        loss_fn=made.loss_fn,
        optimizer=made.optimizer,
        scheduler=scheduler,
        epochs=200,
        patience=5,
        out=tmp_path / "run",
    )
    receipt = run.receipt
    values = [record.validation["loss"] for record in receipt.curves]
    assert receipt.selection.value == min(values)
    assert receipt.run.stopped_early
    assert receipt.run.epochs == receipt.selection.epoch + 5 < 200
    rates = [record.lr[0] for record in receipt.curves]
    assert rates == pytest.approx([3.0 * 0.9 ** (i // 2) for i in range(len(rates))])


def smallest(tmp_path):
    """One row, one feature, one step."""
    model = nn.Linear(1, 2)
    return model, [(torch.ones(1, 1), torch.tensor([1]))]


def test_V3_the_smallest_input_trains(tmp_path):
    model, loader = smallest(tmp_path)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run = fb.fit(
        model,
        loader,
        loader,
        loss_fn=nn.CrossEntropyLoss(),
        optimizer=optimizer,
        epochs=1,
        out=tmp_path / "r",
    )
    assert run.receipt.run.steps == 1


def test_V3_empty_input_has_a_defined_result(tmp_path):
    model, _ = smallest(tmp_path)
    with pytest.raises(BatchError, match="gave no batch"):
        fb.validate(model, [], nn.CrossEntropyLoss())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with fb.Run(tmp_path / "r", model=model, optimizer=optimizer) as run:
        for _ in run.epochs(1):
            assert list(run.train([])) == []
    assert (run.receipt.run.steps, run.receipt.curves[0].train) == (0, {})
    assert list(fb.TensorLoader(torch.ones(0, 2), batch_size=4)) == []


def test_V3_malformed_input_is_named(tmp_path):
    model, _ = smallest(tmp_path)
    for batch in ("text", {"x": torch.ones(1)}, (torch.ones(1, 1),), (torch.ones(1, 1), [1])):
        with pytest.raises(BatchError, match=r"batch must be \(input, …, target\)"):
            fb.validate(model, [batch], nn.CrossEntropyLoss())

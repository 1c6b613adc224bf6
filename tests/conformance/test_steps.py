"""Rows T4, T6, T11, T13, T14, L2, L9, L12, F5, F10, M2, M3: the whole step, and looking into it."""

import math

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR

import fourbeat as fb
from fourbeat.errors import BatchError, NonFiniteError


def test_T4_deliberate_accumulation(tmp_path):
    """w = 1, w squared: 2.0, then 4.0 from two batches, and 2.0 again once cleared."""
    w = nn.Linear(1, 1, bias=False)
    nn.init.ones_(w.weight)
    optimizer = torch.optim.SGD(w.parameters(), lr=0.0)
    seen = []
    with fb.Run(tmp_path / "r", model=w, optimizer=optimizer, accumulate=2) as run:
        for _ in run.epochs(1):
            for step in run.train([torch.ones(1, 1)] * 3):
                for _batch in step.batches:
                    step.backward(w.weight.square().sum())
                    seen.append(w.weight.grad.item())
                step.update()
    assert seen == [2.0, 4.0, 2.0]


def test_T6_overfit_one_batch(lesson):
    made = lesson()
    torch.manual_seed(7)
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2))
    batch = made.train.dataset.tensors
    optimizer = torch.optim.SGD(model.parameters(), lr=0.15)
    verdict = fb.overfit(model, batch, made.loss_fn, optimizer, steps=120)
    assert verdict.memorised
    assert (f"{verdict.losses[0]:.4f}", f"{verdict.losses[-1]:.4f}") == ("0.6521", "0.0056")


class Direct(nn.Module):
    """Its gradient is what the batch says."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(2))

    def forward(self, slope):
        return (self.w * slope).sum()


def test_T11_clipping_reports_the_norm_before_it_clipped(tmp_path):
    model = Direct()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    with fb.Run(tmp_path / "r", model=model, optimizer=optimizer, clip_norm=5.0) as run:
        for _ in run.epochs(1):
            for step in run.train([torch.tensor([[6.0, 8.0]])]):
                step.backward(model(step.batch))
                step.update()
                assert step.grad_norm == 10.0
    assert model.w.norm().item() == pytest.approx(5.0)


def test_T11_a_norm_that_is_not_finite_fails_naming_the_parameter(tmp_path):
    model = Direct()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    with (
        pytest.raises(NonFiniteError, match=r"^w: 1 of 2 values are not finite.*gradients"),
        fb.Run(tmp_path / "r", model=model, optimizer=optimizer, clip_norm=5.0) as run,
    ):
        for _ in run.epochs(1):
            for step in run.train([torch.zeros(1, 2)]):
                step.backward(model(step.batch) + model.w[0].abs().sqrt())
                step.update()


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_T13_mixed_precision_in_the_right_order(tmp_path, lesson, precision):
    made = lesson()
    run = fb.fit(
        made.model,
        made.train,
        made.val,
        loss_fn=made.loss_fn,
        optimizer=made.optimizer,
        epochs=5,
        out=tmp_path / "r",
        precision=precision,
        clip_norm=1.0,
    )
    losses = [record.train["loss"] for record in run.receipt.curves]
    assert all(map(math.isfinite, losses))
    assert losses[-1] < losses[0]


def test_T14_the_first_bad_beat_is_named_not_the_last(tmp_path, lesson):
    """A bad input makes logits, loss, gradients and parameters bad; the input is named."""
    made = lesson()
    x, y = (tensor.clone() for tensor in made.train.dataset.tensors)
    x[5, 1] = math.nan
    with pytest.raises(NonFiniteError) as error:
        fb.fit(
            made.model,
            [(x, y)],
            loss_fn=made.loss_fn,
            optimizer=made.optimizer,
            epochs=1,
            out=tmp_path / "r",
        )
    finding = error.value.finding
    assert (finding.beat, finding.name, finding.rows) == ("inputs", "batch[0]", (5,))


def test_L2_shapes_after_each_layer():
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    for n in (1, 32):
        shapes = [layer.output[0][0] for layer in fb.shapes(model, torch.zeros(n, 784))]
        assert shapes == [(n, 128), (n, 128), (n, 10), (n, 10)]
    assert model(torch.zeros(32, 784)).grad_fn is not None


@pytest.mark.parametrize(
    ("scheduler", "wanted"),
    [
        (lambda o: StepLR(o, 2, 0.1), [1.0, 1.0, 0.1, 0.1]),
        (lambda o: CosineAnnealingLR(o, 4), [1.0, 0.853553, 0.5, 0.146447]),
        (lambda o: OneCycleLR(o, 1.0, total_steps=12), None),
    ],
    ids=["step", "cosine", "onecycle"],
)
def test_L9_schedules_move_at_the_right_time(tmp_path, scheduler, wanted):
    model = nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    made = scheduler(optimizer)
    rates = []
    with fb.Run(tmp_path / "r", model=model, optimizer=optimizer, scheduler=made) as run:
        for epoch in run.epochs(4):
            for step in run.train([torch.ones(1, 2)] * 3):
                rates.append(optimizer.param_groups[0]["lr"])
                step.backward(model(step.batch).square().mean())
                step.update()
            epoch.close()
    if wanted is None:  # per batch: every step has a rate of its own
        assert len(set(rates)) == 12
        assert 0.99 < max(rates) <= 1.0
    else:
        assert rates == pytest.approx([rate for rate in wanted for _ in range(3)], abs=1e-6)
        assert [record.lr[0] for record in run.receipt.curves] == pytest.approx(wanted, abs=1e-6)


def test_L12_one_production_ready_call(tmp_path, lesson):
    made = lesson()
    optimizer = torch.optim.AdamW(made.model.parameters(), lr=0.05)
    run = fb.fit(
        made.model,
        made.train,
        made.val,
        loss_fn=made.loss_fn,
        optimizer=optimizer,
        scheduler=CosineAnnealingLR(optimizer, 20),
        epochs=20,
        out=tmp_path / "r",
        precision="bf16",
        clip_norm=1.0,
    )
    assert run.receipt.selection.value == min(r.validation["loss"] for r in run.receipt.curves)
    assert run.receipt.results["validation"]["accuracy"] == 1.0


def test_F5_gradient_statistics_and_hooks_that_are_removed(lesson):
    made = lesson()
    x, y = made.train.dataset.tensors
    with fb.gradients(made.model) as slopes, fb.activations(made.model) as values:
        made.loss_fn(made.model(x), y).backward()
    assert set(slopes) == {"0.weight", "0.bias", "2.weight", "2.bias"}
    assert set(values) == {"0", "1", "2"}
    assert not any(m._forward_hooks for m in made.model.modules())


def test_F10_half_precision_agrees_within_tolerance(tmp_path, lesson):
    losses = {}
    for precision in ("fp32", "bf16", "fp16"):
        made = lesson()
        run = fb.fit(
            made.model,
            made.train,
            loss_fn=made.loss_fn,
            optimizer=made.optimizer,
            epochs=3,
            out=tmp_path / precision,
            precision=precision,
        )
        losses[precision] = run.receipt.curves[-1].train["loss"]
    assert losses["bf16"] == pytest.approx(losses["fp32"], abs=0.02)
    assert losses["fp16"] == pytest.approx(losses["fp32"], abs=0.005)


def test_M2_parameter_groups_by_name_pattern():
    model = nn.Sequential(nn.Linear(2, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    groups = fb.parameter_groups(model, {"*.bias": {"weight_decay": 0.0}, "2.*": {"lr": 1e-3}})
    optimizer = torch.optim.AdamW(groups, lr=1e-2, weight_decay=0.1)
    found = [(g["lr"], g["weight_decay"], len(g["params"])) for g in optimizer.param_groups]
    assert found == [(1e-2, 0.0, 3), (1e-3, 0.1, 1), (1e-2, 0.1, 2)]


def test_M3_scalar_losses_and_models_with_several_outputs(tmp_path):
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.kind, self.size = nn.Linear(3, 4), nn.Linear(4, 2), nn.Linear(4, 1)

        def forward(self, x):
            h = self.body(x).relu()
            return {"kind": self.kind(h), "size": self.size(h)}

    model = Two()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = torch.randn(6, 3), torch.arange(6) % 2
    with fb.Run(tmp_path / "r", model=model, optimizer=optimizer) as run:
        for epoch in run.epochs(1):
            for step in run.train([(x, y)]):
                out = model(x)
                with pytest.raises(BatchError, match=r"the loss is of shape \(6, 1\)"):
                    step.backward(out["size"])
                kind = nn.functional.cross_entropy(out["kind"], y)
                size = out["size"].square().mean()
                step.backward(kind + size, out["kind"], terms={"kind": kind, "size": size})
                step.update()
                assert all(p.grad is None for p in model.parameters())  # set to none
            epoch.close()
    assert run.receipt.curves[0].train.keys() == {"loss", "kind", "size", "accuracy"}

"""The check that does not wait: the update is gated on its device, and named one step later.

The same code runs here on the CPU, whose fused optimizers mind the gate as a GPU's do.
"""

import math

import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.errors import NonFiniteError
from fourbeat.loop import gate

CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


@pytest.fixture
def gated(monkeypatch):
    monkeypatch.setattr(gate, "DEVICES", {"cpu"})


class Net(nn.Module):
    def __init__(self, device="cpu"):
        super().__init__()
        self.first = nn.Linear(4, 8, device=device)
        self.norm = nn.BatchNorm1d(8, device=device)
        self.drop = nn.Dropout(0.3)
        self.last = nn.Linear(8, 3, device=device)

    def forward(self, x):
        return self.last(self.drop(self.norm(self.first(x)).relu()))


def batches(bad=None, count=4):
    made = torch.Generator().manual_seed(0)
    found = [
        (torch.randn(6, 4, generator=made), torch.randint(0, 3, (6,), generator=made))
        for _ in range(count)
    ]
    if bad is not None:
        found[bad][0][2, 1] = math.nan
    return found


def train(directory, loader, loss_fn=None, seen=None, device="cpu", **options):
    torch.manual_seed(3)
    model = Net(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=options.pop("lr", 0.01), fused=True)
    loss_fn = loss_fn or (lambda logits, y, number: nn.functional.cross_entropy(logits, y))
    with fb.Run(directory, model=model, optimizer=optimizer, **options) as run:
        for epoch in run.epochs(2):
            for step in run.train(loader):
                for x, y in step.batches:
                    logits = model(x)
                    step.backward(loss_fn(logits, y, step.number), logits)
                step.update()
                if seen is not None:
                    seen.append(fb.weights_sha256(dict(model.named_parameters())))
            epoch.close(run.validate(batches(), nn.CrossEntropyLoss()))
    return run


def test_a_clean_run_ends_in_the_bits_of_the_plain_check(tmp_path, monkeypatch):
    options = {"clip_norm": 0.5, "accumulate": 2}
    plain = train(tmp_path / "plain", batches(), **options).receipt
    monkeypatch.setattr(gate, "DEVICES", {"cpu"})
    late = train(tmp_path / "late", batches(), **options).receipt
    assert (late.last_weights_sha256, late.curves) == (plain.last_weights_sha256, plain.curves)


@pytest.mark.parametrize("bad", [0, 1, 3], ids=["first", "middle", "last of the pass"])
def test_a_bad_row_is_named_and_no_later_update_is_done(tmp_path, gated, bad):
    seen = []
    with pytest.raises(NonFiniteError) as error:
        train(tmp_path / "r", batches(bad), seen=seen)
    finding = error.value.finding
    assert (finding.beat, finding.name, finding.rows) == ("inputs", "batch[0]", (2,))
    assert f"step {bad}, inputs" in str(error.value)
    assert len(seen) == bad + 1  # the error came before the next update, or at the pass's end
    assert len(set(seen)) == (bad or 1)  # the bad step moved nothing


def spoilt(at, how):
    """A loss that is spoilt in one step."""

    def loss_fn(logits, y, number):
        loss = nn.functional.cross_entropy(logits, y)
        return how(loss, logits) if number == at else loss

    return loss_fn


FAULTS = {
    "loss": (lambda loss, logits: loss + math.inf, ("loss", "the loss is inf", "unstable loss")),
    "gradient": (
        lambda loss, logits: loss + (logits[0, 0] - logits[0, 0]).sqrt(),
        ("gradients", "the gradient of last.bias has the norm nan", "unstable backward"),
    ),
    "norm": (lambda loss, logits: loss * 1e38, ("gradients", None, "oversized update")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_in_the_data_is_named_too(tmp_path, gated, fault):
    how, (beat, name, cause) = FAULTS[fault]
    with pytest.raises(NonFiniteError) as error:
        train(tmp_path / "r", batches(), spoilt(2, how), clip_norm=1.0)
    finding = error.value.finding
    assert (finding.beat, finding.cause) == (beat, cause)
    assert name in (None, finding.name)
    assert "step 2, " in str(error.value)


def test_a_checkpoint_never_holds_a_step_that_is_not_known_to_be_sound(tmp_path, gated):
    with pytest.raises(NonFiniteError):
        train(tmp_path / "r", batches(1), checkpoint_every=1)
    again = train(tmp_path / "r", batches(), checkpoint_every=1).receipt
    whole = train(tmp_path / "whole", batches(), checkpoint_every=1).receipt
    assert again.last_weights_sha256 == whole.last_weights_sha256


@CUDA
def test_no_step_waits_for_the_gpu(tmp_path):
    loader = [tuple(t.cuda() for t in batch) for batch in batches()]
    torch.manual_seed(3)
    model = Net("cuda")
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    with fb.Run(tmp_path / "r", model=model, optimizer=optimizer, clip_norm=1.0) as run:
        for _ in run.epochs(2):
            for step in run.train(loader):
                torch.cuda.set_sync_debug_mode("error")
                try:
                    x, y = step.batch
                    logits = model(x)
                    step.backward(nn.functional.cross_entropy(logits, y), logits)
                    step.update()
                finally:
                    torch.cuda.set_sync_debug_mode("default")


@CUDA
def test_a_bad_row_is_named_on_a_gpu(tmp_path):
    with pytest.raises(NonFiniteError, match="step 1, inputs, batch rows 2"):
        train(tmp_path / "r", batches(1), device="cuda")

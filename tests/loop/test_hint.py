"""What a loop's own failing line is told, beside torch's error."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

import fourbeat as fb
from fourbeat.errors import BatchError


def rows(n=6):
    made = torch.Generator().manual_seed(0)
    return torch.randn(n, 4, generator=made), torch.randint(0, 3, (n,), generator=made)


def loop(directory, batch, loss_fn=cross_entropy, model=None, **options):
    torch.manual_seed(0)
    model = model or nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with fb.Run(directory, model=model, optimizer=optimizer, **options) as run:
        for _ in run.epochs(1):
            for step in run.train([rows(), batch]):
                x, y = step.batch
                step.backward(loss_fn(model(x), y))
                step.update()


x, y = rows()
BROKEN = {
    "float labels": ((x, y.float()), "the labels are float32, not int64", "labels.long()"),
    "labels out of range": ((x, y + 2), "is outside 0..2", "widen the last layer"),
    "labels (N, 1)": ((x, y[:, None]), "have shape (6, 1)", "labels.squeeze(1)"),
    "too few columns": ((x[:, :3], y), "layer '0', Linear; batch (6, 3) float32", "first layer"),
    "whole numbers": ((x.long(), y), "layer '0', Linear", "features.float()"),
    "double": ((x.double(), y), "the features are torch.float64", "features.to(torch.float32)"),
}


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("case", BROKEN)
def test_the_layer_and_the_remedy_are_noted(tmp_path, case, compiled):
    batch, fact, remedy = BROKEN[case]
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    if compiled:
        model.compile(backend="eager")
    with pytest.raises((RuntimeError, IndexError)) as error:
        loop(tmp_path / "r", batch, model=model)
    (note,) = error.value.__notes__
    assert fact in note
    assert remedy in note
    assert error.traceback[-1].path != __file__  # torch's own error, from the caller's own line


def test_a_tensor_on_another_device_is_placed_between_layers(tmp_path):
    class Elsewhere(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 3)
            self.scale = torch.ones(3, device="meta")

        def forward(self, x):
            return self.layer(x) * self.scale

    with pytest.raises(RuntimeError) as error:
        loop(tmp_path / "r", rows(), model=Elsewhere())
    assert "after layer 'layer', Linear" in error.value.__notes__[0]


@pytest.mark.parametrize("error", [KeyError("mine"), ValueError("mine"), KeyboardInterrupt()])
def test_other_errors_are_left_alone(tmp_path, error):
    def loss_fn(logits, labels):
        raise error

    with pytest.raises(type(error)) as caught:
        loop(tmp_path / "r", rows(), loss_fn)
    assert not hasattr(caught.value, "__notes__")


def test_the_model_and_the_generators_are_as_they_were(tmp_path):
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(), nn.Linear(8, 3))
    seen = []

    def loss_fn(logits, labels):
        seen[:] = [torch.get_rng_state(), model[1].running_mean.clone()]
        return cross_entropy(logits, labels)

    with pytest.raises(IndexError):
        loop(tmp_path / "r", (x, y + 3), loss_fn, model)
    assert torch.equal(seen[0], torch.get_rng_state())
    assert torch.equal(seen[1], model[1].running_mean)


def test_a_loss_without_a_graph_is_refused(tmp_path):
    with pytest.raises(BatchError, match=r"step 0.*no_grad"):
        loop(tmp_path / "r", rows(), lambda o, t: cross_entropy(o, t).detach())

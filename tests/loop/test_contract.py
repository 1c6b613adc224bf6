"""What a look at one batch says, and that it leaves everything as it was."""

import random

import numpy as np
import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.checkpoint import rng
from fourbeat.errors import BatchError

X, Y = torch.rand(4, 3), torch.tensor([0, 1, 0, 1])


class Net(nn.Module):
    """Layers, and what a test does with them."""

    def __init__(self, run, **layers):
        super().__init__()
        self.layers = nn.ModuleDict(layers)
        self.run = run

    def forward(self, x):
        return self.run(self.layers, x)


class Own(nn.Module):
    """A layer that is no torch layer, with a weight of its own."""

    def __init__(self, run):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2, 2))
        self.run = run

    def forward(self, x):
        return self.run(self, x)


FAULTS = {
    "a cast in the model, then a width": (
        Net(lambda m, x: m["a"](x.float() / 255), a=nn.Linear(2, 2)),
        X.byte(),
        r"takes 2 features.*layer 'layers.a', Linear.*Make its in_features 3",
    ),
    "a cast in a layer of one's own, then a width": (
        Own(lambda m, x: x.float() @ m.weight),
        X.byte(),
        r"refused the batch: mat1 and mat2 shapes.*layer 'model', Own",
    ),
    "no cast in a layer of one's own": (
        Own(lambda m, x: x[:, :2] @ m.weight),
        X.long(),
        r"the features are int64.*layer 'model', Own.*features.float\(\)",
    ),
    "what follows a layer": (
        Net(lambda m, x: torch.cat([m["a"](x), x[:2]], dim=1), a=nn.Linear(3, 2)),
        X,
        r"refused the batch: Sizes of tensors must match.*\(after layer 'layers.a', Linear; batch",
    ),
    "what comes before any layer": (
        Net(lambda m, x: m["a"](x.nothing), a=nn.Linear(3, 2)),
        X,
        r"refused the batch: .*nothing.*\(Net; batch",
    ),
    "a dtype that is made within": (
        Net(lambda m, x: m["b"](m["a"](x).double()), a=nn.Linear(3, 2), b=nn.Linear(2, 2)),
        X,
        r"the layer's input is torch.float64, the weights torch.float32.*'layers.b'.*x.to\(",
    ),
    "floats as codes": (
        nn.Embedding(9, 2, dtype=torch.float32),
        X.double(),
        r"the features are float64, and an embedding takes codes.*features.long\(\)",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_where_it_is(name):
    model, x, message = FAULTS[name]
    with pytest.raises(BatchError, match=message):
        fb.check_batch(model, (x, Y))


class Restless(nn.Module):
    """Draws from every generator and writes its buffers, in eval as well."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 2)
        self.register_buffer("seen", torch.zeros(()))
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x):
        self.seen.add_(len(x))
        self.calls = self.calls + 1
        return self.linear(x) + torch.rand(2) + float(np.random.rand()) + random.random()


@pytest.mark.parametrize("breaks", [False, True])
def test_everything_is_as_it_was(breaks):
    model = Restless()
    model.linear.eval()
    held = [*model.parameters(), *model.buffers()]
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = rng.capture()
    try:
        fb.check_batch(model, (X, Y + 7 * breaks), nn.CrossEntropyLoss())
    except BatchError:
        assert breaks
    assert rng.same(state, rng.capture())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    now = [*model.parameters(), *model.buffers()]
    assert all(one is other for one, other in zip(held, now, strict=True))
    assert (model.training, model.linear.training) == (True, False)


def test_a_lazy_buffer_waits_for_the_first_step():
    model = nn.Sequential(nn.LazyBatchNorm1d(affine=False), nn.Linear(3, 2))
    fb.check_batch(model, (X, Y), nn.CrossEntropyLoss())
    assert isinstance(model[0], nn.LazyBatchNorm1d)


@pytest.mark.parametrize("loss", [nn.MSELoss(), nn.L1Loss(), nn.SmoothL1Loss(), nn.HuberLoss()])
def test_a_loss_that_would_compare_every_row_with_all_others(loss):
    model, x = nn.Linear(3, 1), torch.rand(4, 3)
    with pytest.raises(BatchError, match=r"shape \(4, 1\) and the target \(4,\).*squeeze"):
        fb.check_batch(model, (x, torch.rand(4)), loss)
    fb.check_batch(model, (x, torch.rand(4, 1)), loss)

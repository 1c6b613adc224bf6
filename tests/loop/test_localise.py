"""The first value that is not finite is named, and a clean run is left alone."""

import math

import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.errors import NonFiniteError

ROWS, WIDTH = 6, 4


class Net(nn.Module):
    """Two layers with room for a fault between them."""

    def __init__(self, between=lambda h: h, classes=3):
        super().__init__()
        self.first = nn.Linear(WIDTH, 8)
        self.norm = nn.BatchNorm1d(8)
        self.last = nn.Linear(8, classes)
        self.between = between

    def forward(self, x):
        return self.last(self.between(torch.relu(self.norm(self.first(x)))))


class Log(nn.Module):
    """A module of its own that takes a logarithm."""

    def forward(self, h):
        return h.log()


def rows(seed=0):
    made = torch.Generator().manual_seed(seed)
    return torch.randn(ROWS, WIDTH, generator=made), torch.arange(ROWS) % 3


def train(directory, model, loader, loss_fn, *, steps=None, lr=0.05, optimizer=None, **options):
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=lr)
    with fb.Run(directory, model=model, optimizer=optimizer, **options) as run:
        for epoch in run.epochs(1):
            for step in run.train(loader):
                if steps:
                    steps(step, model)
                for batch in step.batches:
                    logits = model(*batch[:-1])
                    step.backward(loss_fn(logits, batch[-1]), logits)
                step.update()
            epoch.close()
    return run


def bad_row(value, *, row=4, column=1):
    x, y = rows()
    x[row, column] = value
    return x, y


def poison(tensor, value=math.nan):
    with torch.no_grad():
        tensor.view(-1)[2] = value


def at_step(number, do):
    return lambda step, model: do(model) if step.number == number else None


cross_entropy = nn.functional.cross_entropy


def log_of_zero(logits, y):
    steep = torch.where(torch.arange(len(logits)) == 2, -1e6, 1.0)[:, None]
    p = (logits * steep).softmax(1)
    return -p.gather(1, y[:, None]).log().mean()


def divided_by_zero(logits, y):
    return cross_entropy(logits, y) / (y.float().sum() * 0)


def root_at_zero(logits, y):
    return (logits * 0).square().sum().sqrt() + cross_entropy(logits, y)


def hidden_root(h):
    return (h * 0).sqrt() * 0 + h  # 0 * inf in the backward


FAULTS = {
    # Inputs.
    "a NaN in a row": (
        {"loader": [rows(), bad_row(math.nan)]},
        {
            "beat": "inputs",
            "name": "batch[0]",
            "rows": (4,),
            "count": 1,
            "cause": "data",
            "step": 1,
        },
    ),
    "an infinity in a row": (
        {"loader": [bad_row(math.inf, row=0)]},
        {"beat": "inputs", "name": "batch[0]", "rows": (0,), "count": 1, "cause": "data"},
    ),
    "a NaN in the target": (
        {
            "model": lambda: Net(classes=1),
            "loader": [(rows()[0], bad_row(math.nan)[0][:, 1:2])],
            "loss_fn": nn.functional.mse_loss,
        },
        {"beat": "inputs", "name": "batch[1]", "rows": (4,), "cause": "data"},
    ),
    "the second batch of a step": (
        {"loader": [rows(), bad_row(math.nan)], "accumulate": 2},
        {"beat": "inputs", "name": "batch[0] of batch 2", "rows": (4,), "cause": "data"},
    ),
    "a row too large for the loss": (
        {
            "model": lambda: Net(classes=1),
            "loader": [(rows()[0], bad_row(3e38)[0][:, 1:2])],
            "loss_fn": nn.functional.mse_loss,
        },
        {"beat": "loss", "rows": (4,), "cause": "data"},
    ),
    # Logits.
    "a NaN in a weight": (
        {"steps": at_step(1, lambda m: poison(m.last.weight))},
        {"beat": "logits", "name": "last.weight", "module": "parameter", "count": 1, "step": 1},
    ),
    "a NaN in a buffer": (
        {"steps": at_step(1, lambda m: poison(m.norm.running_mean)), "freeze": "norm"},
        {"beat": "logits", "name": "norm.running_mean", "module": "buffer", "cause": "bad buffer"},
    ),
    "a logarithm in a module": (
        {"model": lambda: Net(between=Log())},
        {"beat": "logits", "name": "between", "module": "Log", "cause": "unstable forward"},
    ),
    "a logarithm between modules": (
        {"model": lambda: Net(between=torch.log)},
        {"beat": "logits", "name": "the input of last", "cause": "unstable forward"},
    ),
    "a division that hits one row": (
        {"model": lambda: Net(between=lambda h: h / (torch.arange(len(h)) != 3)[:, None])},
        {"beat": "logits", "name": "the input of last", "rows": (3,)},
    ),
    "an overflow in fp16": (
        {
            "model": lambda: nn.Sequential(nn.Linear(WIDTH, 8), nn.Linear(8, 3)),
            "steps": at_step(0, lambda m: m[1].weight.data.mul_(1e6)),
            "precision": "fp16",
        },
        {"beat": "logits", "name": "1"},
    ),
    "an overflow between modules": (
        {"model": lambda: Net(between=lambda h: (h + 1) * 1e20 * 1e20)},
        {"beat": "logits", "name": "the input of last", "cause": "unstable forward"},
    ),
    # Loss.
    "the logarithm of zero in the loss": (
        {"loss_fn": log_of_zero},
        {"beat": "loss", "rows": (2,), "cause": "unstable loss"},
    ),
    "a division by zero in the loss": (
        {"loss_fn": divided_by_zero},
        {"beat": "loss", "cause": "unstable loss"},
    ),
    "a loss that is infinite from the start": (
        {"loss_fn": lambda logits, y: cross_entropy(logits, y) + math.inf},
        {"beat": "loss", "name": "the loss is inf"},
    ),
    # Gradients.
    "a root at zero in the loss": (
        {"loss_fn": root_at_zero},
        {"beat": "gradients", "name": "last.bias", "cause": "unstable backward"},
    ),
    "a root at zero between the layers": (
        {"model": lambda: Net(between=hidden_root)},
        {"beat": "gradients", "name": "norm.bias", "cause": "unstable backward"},
    ),
    "gradients whose norm overflows": (
        {"loss_fn": lambda logits, y: cross_entropy(logits, y) * 1e38, "clip_norm": 1.0},
        {"beat": "gradients", "cause": "oversized update"},
    ),
    # Updates.
    "a learning rate far too high": (
        {"lr": 1e30},
        {"beat": "logits", "cause": "oversized update", "step": 1},
    ),
    "a last update that ends in infinity": (
        {
            "loader": [rows()],
            "loss_fn": lambda logits, y: cross_entropy(logits, y) * 1e15,
            "lr": 1e35,
        },
        {"beat": "parameters", "cause": "oversized update", "step": 1},
    ),
}


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_planted_fault_is_named(tmp_path, fault):
    made, expected = (dict(part) for part in FAULTS[fault])
    torch.manual_seed(0)
    model = made.pop("model", Net)()
    if frozen := made.pop("freeze", None):
        getattr(model, frozen).eval()
        getattr(model, frozen).train = lambda mode=True: None
    loader = made.pop("loader", [rows(), rows(1), rows(2)])
    with pytest.raises(NonFiniteError) as error:
        train(tmp_path / "r", model, loader, made.pop("loss_fn", cross_entropy), **made)
    finding = error.value.finding
    step = expected.pop("step", None)
    assert {key: getattr(finding, key) for key in expected} == expected, str(error.value)
    assert step is None or f"step {step}, " in str(error.value)
    assert finding.look in str(error.value)


def dropped():
    return nn.Sequential(nn.Linear(WIDTH, 8), nn.Dropout(0.5), nn.Linear(8, 3))


class Masked(nn.Module):
    """Minus infinities that belong there."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(WIDTH, 2, batch_first=True)
        self.out = nn.Linear(WIDTH, 3)
        self.register_buffer("mask", torch.full((2, 2), -math.inf).triu(1))

    def forward(self, x):
        pair = torch.stack([x, -x], dim=1)
        return self.out(self.attention(pair, pair, pair, attn_mask=self.mask)[0].mean(1))


SETTINGS = [
    {},
    {"precision": "bf16"},
    {"precision": "fp16"},
    {"clip_norm": 0.1},
    {"accumulate": 2},
]


@pytest.mark.parametrize("options", SETTINGS, ids=str)
@pytest.mark.parametrize("model", [Net, dropped, Masked, lambda: Net(nn.GELU())])
def test_a_clean_run_is_left_alone(tmp_path, model, options):
    torch.manual_seed(0)
    x, y = rows()
    loader = [rows(), (x * 1e2, y), (x * 0, y), rows(3)]  # large values and none are no fault
    run = train(tmp_path / "r", model(), loader, cross_entropy, lr=0.01, **options)
    assert run.receipt.run.status == "finished"


def test_a_mask_in_the_batch_is_not_blamed(tmp_path):
    class Adds(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(WIDTH, 3)

        def forward(self, x, mask):
            return (self.layer(x) + mask).softmax(1).log()

    x, y = rows()
    mask = torch.where(torch.arange(3) == 2, -math.inf, 0.0).expand(ROWS, 3).clone()
    with pytest.raises(NonFiniteError) as error:
        train(tmp_path / "r", Adds(), [(x, mask, y)], cross_entropy)
    assert error.value.finding.beat == "logits"


def test_looking_draws_no_numbers_and_leaves_the_model(tmp_path):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 3))
    states = []

    def loss_fn(logits, y):
        states.append((torch.get_rng_state(), fb.weights_sha256(model.state_dict())))
        return cross_entropy(logits, y) * math.nan

    with pytest.raises(NonFiniteError):
        train(tmp_path / "r", model, [rows()], loss_fn)
    ((rng, weights),) = states
    assert torch.equal(torch.get_rng_state(), rng)
    assert fb.weights_sha256(model.state_dict()) == weights
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())

"""One batch memorised or not, with the likely cause, and nothing left behind."""

import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.errors import BatchError


def net(*more, width=32):
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(3, width), nn.ReLU(), *more, nn.Linear(width, 2))


def batch(n=16):
    made = torch.Generator().manual_seed(0)
    x = torch.randn(n, 3, generator=made)
    return x, torch.randint(0, 2, (n,), generator=made)


def verdict(model, data=None, loss_fn=None, optimizer=None, **options):
    optimizer = optimizer or torch.optim.Adam(model.parameters(), lr=0.02)
    return fb.overfit(
        model, data or batch(), loss_fn or nn.CrossEntropyLoss(), optimizer, **options
    )


def test_a_sound_model_memorises():
    found = verdict(net())
    assert found.memorised
    assert (found.accuracy, found.causes) == (1.0, [])
    assert len(found.losses) == 201
    assert str(found).startswith("memorised: loss ")


def test_a_quantity_is_memorised_by_its_loss():
    x, _ = batch()
    model = nn.Sequential(nn.Linear(3, 32), nn.Tanh(), nn.Linear(32, 1))
    found = verdict(model, (x, x.prod(1, keepdim=True)), nn.MSELoss())
    assert found.memorised
    assert found.accuracy is None


def frozen():
    model = net()
    model[0].requires_grad_(False)
    model[2].weight.requires_grad_(False)
    return model


def dead():
    model = net()
    nn.init.constant_(model[0].bias, -100.0)
    return model


def clashing():
    x, y = batch()
    x[1], y[0], y[1] = x[0], 0, 1
    return x, y


CAUSES = {
    "rows that clash": (net, {"data": clashing()}, "1 rows equal another row"),
    "a softmax": (lambda: net(), {"softmax": True}, "the outputs are probabilities"),
    "a rate too high": (net, {"sgd": 30.0}, "is too high"),
    "a rate that explodes": (net, {"sgd": 1e30}, "is far too high"),
    "a rate too low": (net, {"sgd": 1e-4}, "is too low, or steps too few"),
    "a frozen layer": (frozen, {}, "frozen: 0.weight, 0.bias, 2.weight"),
    "a dead layer": (dead, {}, "the gradient is zero at 0.weight, 0.bias, 2.weight"),
    "parameters not held": (net, {"held": True}, "does not hold 0.weight, 0.bias"),
    "too much dropout": (lambda: net(nn.Dropout(0.9), width=4), {}, "dropout of 0.9"),
    "inputs of no scale": (net, {"data": (batch()[0] * 1e6, batch()[1]), "sgd": 0.1}, "reach"),
    "rows all the same": (net, {"data": (torch.ones(4, 3), batch(4)[1])}, "are the same"),
}


@pytest.mark.parametrize("case", CAUSES)
def test_what_is_in_the_way_is_named(case):
    make, options, said = CAUSES[case]
    options = dict(options)
    model = make()
    if options.pop("softmax", False):
        model.append(nn.Softmax(dim=1))
        with pytest.raises(BatchError, match="outputs are probabilities"):
            verdict(model)
        return
    parameters = [model[2].bias] if options.pop("held", False) else None
    rate = options.pop("sgd", None)
    if rate is not None:
        optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    else:
        optimizer = torch.optim.Adam(parameters or model.parameters(), lr=0.02)
    found = verdict(model, optimizer=optimizer, **options)
    assert not found.memorised
    assert any(said in cause for cause in found.causes), found.causes
    assert "NOT memorised" in str(found)


def test_nothing_is_left_behind():
    model = net(nn.BatchNorm1d(32), nn.Dropout(0.3))
    model.eval()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    x, y = batch()
    for _ in range(2):  # so that there is something to change
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    before = (
        fb.weights_sha256(model.state_dict()),
        [p.grad.clone() for p in model.parameters()],
        fb.weights_sha256(
            {str(k): v["exp_avg"] for k, v in optimizer.state_dict()["state"].items()}
        ),
        torch.get_rng_state(),
        [m.training for m in model.modules()],
        optimizer.param_groups[0]["lr"],
    )
    verdict(model, optimizer=optimizer)
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(x, y),
        batch_size=4,
        shuffle=True,
        generator=(own := torch.Generator().manual_seed(3)),
    )
    stood = own.get_state()
    fb.lr_range_test(model, loader, nn.CrossEntropyLoss(), optimizer, steps=20)
    after = (
        fb.weights_sha256(model.state_dict()),
        [p.grad for p in model.parameters()],
        fb.weights_sha256(
            {str(k): v["exp_avg"] for k, v in optimizer.state_dict()["state"].items()}
        ),
        torch.get_rng_state(),
        [m.training for m in model.modules()],
        optimizer.param_groups[0]["lr"],
    )
    assert (before[0], before[2], before[4:]) == (after[0], after[2], after[4:])
    assert all(torch.equal(a, b) for a, b in zip(before[1], after[1], strict=True))
    assert torch.equal(before[3], after[3])
    assert torch.equal(stood, own.get_state())


# The learning-rate range test.


def test_the_range_test_rises_and_suggests_a_rate_that_learns():
    x, y = batch(64)
    y = (x.sum(1) > 0).long()
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    found = fb.lr_range_test(
        model, fb.TensorLoader(x, y, batch_size=16), nn.CrossEntropyLoss(), optimizer
    )
    assert found.rates[0] == 1e-6
    assert found.rates == sorted(found.rates)
    assert found.rates[1] / found.rates[0] == pytest.approx(10 ** (7 / 99))
    assert 0.01 < found.suggestion < 5
    assert min(found.losses) < 0.5 * found.losses[0]


@pytest.mark.parametrize(
    "options", [{"low": 0.0}, {"low": 1.0, "high": 0.1}, {"steps": 1}], ids=str
)
def test_a_range_that_does_not_rise_is_refused(options):
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    with pytest.raises(ValueError, match="0 < low < high"):
        fb.lr_range_test(model, [batch()], nn.CrossEntropyLoss(), optimizer, **options)
    with pytest.raises(BatchError, match="gave no batch"):
        fb.lr_range_test(model, [], nn.CrossEntropyLoss(), optimizer)

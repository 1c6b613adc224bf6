"""Shapes and statistics, with hooks that are gone afterwards."""

import pytest
import torch
from torch import nn

import fourbeat as fb


def hooks(model):
    return sum(
        len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks)
        for m in model.modules()
    ) + sum(len(p._post_accumulate_grad_hooks or ()) for p in model.parameters())


@pytest.mark.parametrize("n", [1, 32])
def test_shapes_after_each_layer(n):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    state = torch.get_rng_state()
    found = fb.shapes(model, torch.zeros(n, 28, 28))
    assert [(layer.name, layer.kind, layer.output[0][0], layer.parameters) for layer in found] == [
        ("0", "Flatten", (n, 784), 0),
        ("1", "Linear", (n, 128), 100_480),
        ("2", "ReLU", (n, 128), 0),
        ("3", "Linear", (n, 10), 1_290),
        ("", "Sequential", (n, 10), 0),
    ]
    assert str(found).endswith("101,770 parameters in these layers")
    assert hooks(model) == 0
    assert torch.equal(state, torch.get_rng_state())
    assert model.training


def test_shapes_of_several_outputs_and_a_labelled_batch():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.LSTM(3, 5, batch_first=True)

        def forward(self, x):
            out, (h, _) = self.rnn(x)
            return {"all": out, "last": h[-1].double()}

    found = list(fb.shapes(Two(), (torch.zeros(2, 4, 3), torch.zeros(2, dtype=torch.long))))
    assert found[0].output[0] == ((2, 4, 5), torch.float32)
    assert list(found[1].output) == [((2, 4, 5), torch.float32), ((2, 5), torch.float64)]


def test_statistics_of_activations_and_gradients():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    x, y = torch.randn(8, 3), torch.arange(8) % 2
    with fb.activations(model) as seen, fb.gradients(model) as slopes:
        logits = model(x)
        nn.functional.cross_entropy(logits, y).backward()
    assert seen.keys() == {"0", "1", "2"}
    assert seen["2"].mean == pytest.approx(logits.mean().item())
    assert seen["2"].std == pytest.approx(logits.std(unbiased=False).item())
    assert seen["1"].zeros == pytest.approx((model[1](model[0](x)) == 0).float().mean().item())
    assert slopes.keys() == dict(model.named_parameters()).keys()
    assert slopes["0.weight"].largest == pytest.approx(model[0].weight.grad.abs().max().item())
    assert (seen["0"].calls, slopes["0.weight"].calls) == (1, 1)
    assert hooks(model) == 0


def test_hooks_go_when_the_body_fails():
    model = nn.Linear(2, 2)
    with pytest.raises(ZeroDivisionError), fb.activations(model), fb.gradients(model):
        _ = 1 / 0
    assert hooks(model) == 0
    with pytest.raises(RuntimeError):
        fb.shapes(model, torch.zeros(1, 3))
    assert hooks(model) == 0

"""Models and optimizers return as they were, to the bit."""

import pytest
import torch
from torch import nn

from fourbeat.checkpoint import objects
from fourbeat.checkpoint.plain import copy
from fourbeat.errors import CheckpointError


class Tied(nn.Module):
    """Tied weights, and a buffer that a state dict leaves out."""

    def __init__(self):
        super().__init__()
        self.inside = nn.Embedding(5, 3)
        self.outside = nn.Linear(3, 5, bias=False)
        self.outside.weight = self.inside.weight
        self.register_buffer("seen", torch.zeros(1), persistent=False)


def test_tied_weights_and_hidden_buffers():
    model, other = Tied(), Tied()
    model.seen.fill_(4)
    objects.restore_model(other, copy(objects.model_state(model)))
    assert torch.equal(other.outside.weight, model.inside.weight)
    assert other.outside.weight is other.inside.weight
    assert other.seen.item() == 4


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_optimizer_statistics_keep_their_dtype(dtype):
    """fp32 moments of bf16 weights must not be rounded to bf16."""
    weight = nn.Parameter(torch.randn(8).to(dtype))
    optimizer = torch.optim.Adam([weight])
    optimizer.state[weight] = {
        "step": torch.tensor(3.0),
        "exp_avg": torch.randn(8),
        "exp_avg_sq": torch.rand(8),
    }
    saved = copy(optimizer.state_dict())
    again = torch.optim.Adam([nn.Parameter(weight.detach().clone())])
    objects.restore_optimizer(again, saved)
    for key, value in next(iter(again.state.values())).items():
        assert value.dtype == torch.float32
        assert torch.equal(value, optimizer.state[weight][key])


def test_nested_statistics_and_absent_ones():
    first, second = nn.Parameter(torch.ones(2).bfloat16()), nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([first, second], lr=1)
    optimizer.state[first] = {"deep": {"m": torch.rand(2)}, "list": [torch.rand(2), 3]}
    again = torch.optim.SGD([nn.Parameter(first.detach()), nn.Parameter(second.detach())], lr=1)
    objects.restore_optimizer(again, copy(optimizer.state_dict()))
    assert len(again.state) == 1  # an optimizer may ask `if p not in self.state`
    (state,) = again.state.values()
    assert state["deep"]["m"].dtype == torch.float32
    assert torch.equal(state["deep"]["m"], optimizer.state[first]["deep"]["m"])
    assert torch.equal(state["list"][0], optimizer.state[first]["list"][0])
    assert state["list"][1] == 3


def test_a_buffer_made_on_the_way():
    model, fresh = nn.Sequential(nn.Linear(1, 1)), nn.Sequential(nn.Linear(1, 1))
    model[0].register_buffer("late", torch.tensor([5.0]), persistent=False)
    objects.restore_model(fresh, copy(objects.model_state(model)))
    assert fresh[0].late.item() == 5
    assert "0.late" not in fresh.state_dict()


def test_another_model_or_optimizer_is_named():
    with pytest.raises(CheckpointError, match="the model is not the one that was saved"):
        objects.restore_model(nn.Linear(2, 3), objects.model_state(nn.Linear(2, 2)))
    one = torch.optim.SGD(nn.Linear(2, 2).parameters(), lr=1)
    two = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=1)
    with pytest.raises(CheckpointError, match="the optimizer is not the one that was saved"):
        objects.restore_optimizer(two, one.state_dict())

"""Parameters by name pattern, and which nobody trains."""

import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.errors import RunError


def network():
    return nn.ModuleDict(
        {
            "encoder": nn.Sequential(nn.Linear(2, 4), nn.LayerNorm(4)),
            "head": nn.Linear(4, 2),
        }
    )


def test_each_parameter_goes_to_the_first_pattern_that_matches():
    model = network()
    groups = fb.parameter_groups(
        model, {"*.bias": {"weight_decay": 0.0}, "encoder.*": {"lr": 1e-4}}
    )
    optimizer = torch.optim.AdamW(groups, lr=1e-2, weight_decay=0.1)
    held = fb.held(model, optimizer)
    assert held.groups == [
        ["encoder.0.bias", "encoder.1.bias", "head.bias"],
        ["encoder.0.weight", "encoder.1.weight"],
        ["head.weight"],
    ]
    assert [(g["lr"], g["weight_decay"]) for g in optimizer.param_groups] == [
        (1e-2, 0.0),
        (1e-4, 0.1),
        (1e-2, 0.1),
    ]
    assert (held.unheld, held.twice, held.frozen, held.foreign) == ([], [], [], 0)


def test_what_is_held_by_nobody_twice_or_frozen_is_named():
    model = network()
    model["head"].bias.requires_grad_(False)
    one = torch.optim.SGD(model["encoder"][0].parameters(), lr=0.1)
    two = torch.optim.SGD([model["encoder"][0].bias, nn.Parameter(torch.zeros(1))], lr=0.1)
    held = fb.held(model, one, two)
    assert held.unheld == ["encoder.1.weight", "encoder.1.bias", "head.weight"]
    assert held.twice == ["encoder.0.bias"]
    assert held.frozen == ["head.bias"]
    assert held.foreign == 1
    text = str(held)
    assert "held by no optimizer: encoder.1.weight, encoder.1.bias, head.weight" in text
    assert "frozen: head.bias" in text


def test_a_frozen_parameter_is_in_no_group():
    model = network()
    model["head"].requires_grad_(False)
    groups = fb.parameter_groups(model, {"encoder.*": {"lr": 0.1}})
    assert [len(group["params"]) for group in groups] == [4]


def test_a_pattern_without_a_parameter_is_refused():
    with pytest.raises(RunError) as error:
        fb.parameter_groups(network(), {"hed.*": {}, "nothing": {}, "*.bias": {}})
    assert [p.fact for p in error.value.problems] == [
        "no trainable parameter matches 'hed.*'",
        "no trainable parameter matches 'nothing'",
    ]
    assert "Did you mean 'head." in str(error.value)

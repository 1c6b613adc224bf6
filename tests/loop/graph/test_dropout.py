"""Dropout by keys: the right share is dropped, and nothing shows where."""

import math

import pytest
import torch
from torch import nn

from fourbeat.loop.graph.dropout import KEYS, keyed, rewrite

KEY = torch.tensor(12345, dtype=torch.int32)


def kept(key, count=100_000, p=0.5):
    return (keyed(torch.ones(count), p, torch.tensor(key, dtype=torch.int32)) != 0).double()


@pytest.mark.parametrize("p", [0.01, 0.2, 0.5, 0.9])
def test_the_share_is_that_of_a_coin_and_the_rest_is_scaled(p):
    count = 200_000
    for key in (0, 1, -1, 2**31 - 1, -(2**31), 77):
        out = keyed(torch.ones(count), p, torch.tensor(key, dtype=torch.int32))
        share = float((out != 0).double().mean())
        assert abs(share - (1 - p)) < 5 * math.sqrt(p * (1 - p) / count)
        assert torch.allclose(out[out != 0], torch.tensor(1 / (1 - p)))


def test_the_same_key_drops_the_same_and_another_others():
    x = torch.randn(64, 50)
    assert torch.equal(keyed(x, 0.3, KEY), keyed(x, 0.3, KEY))
    assert not torch.equal(keyed(x, 0.3, KEY), keyed(x, 0.3, KEY + 1))


def correlation(a, b):
    return abs(float(((a - a.mean()) * (b - b.mean())).mean() / (a.std() * b.std())))


def test_neighbours_steps_and_layers_have_nothing_in_common():
    most = 5 / math.sqrt(100_000)
    first = kept(1)
    for lag in (1, 2, 3, 16, 64, 256, 1024):
        assert correlation(first[:-lag], first[lag:]) < most
    for key in (2, 3, 2 + 0x5EBCA77, 1 - 2**31, -1, 1 + (0x9E3779B1 - (1 << 32))):
        assert correlation(first, kept(key)) < most
        assert correlation(first[1:], kept(key)[:-1]) < most


def test_how_many_of_a_run_of_places_are_kept_is_binomial():
    sums = kept(9, 320_000).view(-1, 32).sum(1)
    assert abs(float(sums.var()) - 8) < 0.5
    columns = kept(9, 320_000).view(-1, 32).mean(0)
    assert float((columns - 0.5).abs().max()) < 0.03


def test_torchs_dropout_is_put_aside_where_it_drops():
    def function(dropout_keys, x):
        dropout_keys.view(-1)
        for _ in range(2):
            x = nn.functional.dropout(x, 0.5, True) * 2
            x = nn.functional.dropout(x, p=0.25) + 1
            x = nn.functional.dropout(x, 0.5, False)
        return x

    graph = torch.fx.symbolic_trace(function)
    assert any(KEYS in node.name for node in graph.graph.nodes)
    assert rewrite(graph, 2) == 0  # of unknown shapes
    for node in graph.graph.nodes:
        node.meta["example_value"] = torch.empty(100, 8)
    assert rewrite(graph, 2) == 0  # of shapes with a rest
    for node in graph.graph.nodes:
        node.meta["example_value"] = torch.empty(16, 32)
    assert rewrite(graph, 2) == 2
    left = [n for n in graph.graph.nodes if n.target is nn.functional.dropout]
    assert len(left) == 2  # those that drop nothing
    keys = torch.tensor([3, 4], dtype=torch.int32)
    one = graph(keys, torch.ones(100, 8))
    assert torch.equal(one, graph(keys, torch.ones(100, 8)))
    assert not torch.equal(one, graph(keys.flip(0), torch.ones(100, 8)))
    salted = -(1 << 31) + (0x85EBCA77 - (1 << 31))
    x = keyed(torch.ones(100, 8), 0.5, keys[0]) * 2
    x = keyed(x, 0.25, keys[0] + salted) + 1
    x = keyed(x, 0.5, keys[1]) * 2
    assert torch.equal(one, keyed(x, 0.25, keys[1] + salted) + 1)

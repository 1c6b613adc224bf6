"""Generators: captured, restored, and left out of nobody's state."""

import random

import numpy as np
import torch

from fourbeat.checkpoint import rng
from fourbeat.checkpoint.plain import copy, plain


def draw(generator):
    return (
        torch.rand(3).tolist(),
        np.random.normal(size=3).tolist(),
        random.gauss(0, 1),
        torch.rand(2, generator=generator).tolist(),
    )


def test_every_generator_goes_back(tmp_path):
    own = torch.Generator().manual_seed(1)
    np.random.normal()  # leaves half of a pair behind
    random.gauss(0, 1)
    state = rng.capture([own])
    first = draw(own)
    torch.save(plain(state, "rng"), tmp_path / "rng.pt")
    rng.restore(torch.load(tmp_path / "rng.pt", weights_only=True), [own])
    assert draw(own) == first


def test_a_copy_shares_no_memory():
    live = {"a": [torch.zeros(2), (torch.zeros(1), 3)], "b": "text"}
    copied = copy(live)
    live["a"][0].add_(1)
    live["a"][1][0].add_(1)
    assert copied["a"][0].tolist() == [0, 0]
    assert copied["a"][1][0].tolist() == [0]
    assert copied["b"] == "text"


def test_numpy_numbers_become_plain_ones():
    made = plain({"a": np.float64(0.1), "b": (np.int32(2),)}, "state")
    assert made == {"a": 0.1, "b": (2,)}
    assert type(made["a"]) is float

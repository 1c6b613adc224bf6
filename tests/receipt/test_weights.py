"""weights_sha256: equal exactly where the weights are."""

import hashlib

import torch
from torch import nn

import fourbeat as fb


def test_it_is_what_its_docstring_says():
    state = {"b": torch.tensor([1.0, 2.0]), "a": torch.tensor([[3]])}
    expected = hashlib.sha256()
    for head, value in (("a int64 [1, 1]", state["a"]), ("b float32 [2]", state["b"])):
        expected.update(head.encode() + b"\0" + value.numpy().tobytes())
    assert fb.weights_sha256(state) == expected.hexdigest()


def test_every_bit_name_shape_and_dtype_counts():
    base = {"w": torch.tensor([0.0, 1.0])}
    others = [
        {"w": torch.tensor([-0.0, 1.0])},
        {"v": torch.tensor([0.0, 1.0])},
        {"w": torch.tensor([[0.0, 1.0]])},
        {"w": torch.tensor([0.0, 1.0]).view(torch.int32)},
        {"w": torch.tensor([0.0]), "x": torch.tensor([1.0])},
        {},
    ]
    assert len({fb.weights_sha256(state) for state in (base, *others)}) == 7


def test_order_and_layout_do_not():
    w = torch.arange(6.0).reshape(2, 3)
    assert fb.weights_sha256({"a": w, "b": w}) == fb.weights_sha256(
        {"b": w.T.contiguous().T, "a": w}
    )


def test_any_dtype_has_bytes():
    state = {
        str(d): torch.ones(3, dtype=d)
        for d in (torch.bfloat16, torch.bool, torch.complex64, torch.int8, torch.float64)
    }
    assert (
        len(fb.weights_sha256({**state, "empty": torch.empty(0), "scalar": torch.tensor(1)})) == 64
    )
    assert fb.weights_sha256(nn.BatchNorm1d(2).state_dict())

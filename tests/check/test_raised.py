"""Errors of torch's, explained at the user's line."""

from contextlib import suppress

import pytest

import fourbeat as fb

HEAD = """
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
x, y = torch.randn(6, 4), torch.tensor([0, 1, 2, 0, 1, 2])
"""

KNOWN = {
    "F.cross_entropy(model(x), y.float())": ("the labels are float32", "labels.long()"),
    "nn.CrossEntropyLoss()(model(x), y.int())": ("the labels are int32", "labels.long()"),
    "F.cross_entropy(model(x), y[:, None])": ("shape (6, 1), not (6,)", "squeeze(1)"),
    "F.nll_loss(model(x).log_softmax(1), y + 3)": ("label 3 is outside 0..2", "3 logits"),
    "F.cross_entropy(model(x), y[:3])": ("batch_size (6)", "one label for each row"),
    "F.binary_cross_entropy_with_logits(model(x)[:, :1], y.float())": ("Target size", "one shape"),
    "F.binary_cross_entropy_with_logits(model(x)[:, 0], y)": ("of integers", "target.float()"),
    "F.binary_cross_entropy(model(x)[:, 0], y / 2)": ("between 0 and 1", "with_logits"),
    "model(x.long())": ("the features are int64 (layer '0', Linear", "features.float()"),
    "model(x.double())": ("the weights torch.float32", "torch.float32"),
    "model(x[:, :3])": ("takes 4 features", "as many inputs as the batch has columns"),
    "nn.Sequential(model[0], nn.Linear(5, 1))(x)": ("layer '1'", "Make its in_features 8"),
    "model.to('meta')(x)": ("on cpu, and its weights on meta", "to('meta')"),
    "nn.Conv2d(3, 4, 3)(torch.zeros(2, 8, 8, 3))": ("3 channels", "permute(0, 3, 1, 2)"),
    "nn.Embedding(5, 3)(torch.tensor([7]))": ("code 7 is outside 0..4", "num_embeddings 8"),
    "nn.Embedding(5, 3)(torch.tensor([1.0]))": ("an embedding takes codes", ".long()"),
    "nn.LSTM(4, 3)(torch.zeros(2, 2, 5))": ("takes 4 features", "columns"),
    "nn.BatchNorm1d(4)(x[:1])": ("a single row", "drop_last=True"),
    "model(x).sum().detach().backward()": ("the loss has no graph", "no detach()"),
    "model(x).backward()": ("no scalar", "mean()"),
    "loss = model(x).sum()\nloss.backward()\nloss.backward()": ("a second time", "detach"),
    "h = model(x).sigmoid()\nh += 1\nh.sum().backward()": ("in place", "x = x + y"),
    "model[0].weight.zero_()": ("in-place", "torch.no_grad()"),
    "model(x).numpy()": ("numpy()", "detach().cpu().numpy()"),
    "torch.optim.SGD([])": ("no parameter", "nn.ModuleList"),
    "torch.utils.data.default_collate([x, x[:2]])": ("equal size", "collate_fn"),
    "x + x.to('meta')": ("device", "to(device)"),
    "x @ torch.ones(3, 3)": ("cannot be multiplied (6x4 and 3x3)", "shapes"),
}


def ended(tmp_path, script):
    """What is found in a script that ends with an error, of this rule."""
    file = tmp_path / "train.py"
    file.write_text(script)
    with suppress(Exception), fb.checking() as found:
        exec(compile(script, str(file), "exec"), {"__name__": "__main__"})
    return [one for one in found.findings if one.rule == "training-raises"]


@pytest.mark.parametrize("line", KNOWN)
def test_a_known_error_says_cause_and_fix(tmp_path, capsys, line):
    fact, fix = KNOWN[line]
    (finding,) = ended(tmp_path, HEAD + line + "\n")
    assert finding.severity == "error"
    assert finding.place.line == len((HEAD + line).splitlines())
    assert fact in finding.message
    assert fix in finding.fix
    assert finding.evidence["x"] == "(6, 4) float32"


UNKNOWN = {
    "caught": "try:\n    model(x[:, :3])\nexcept RuntimeError:\n    pass\nraise KeyError('x')",
    "raised by the script": "raise ValueError('all elements of target should be between 0 and 1')",
    "of another library": "import numpy as np\nnp.ones((2, 3)) @ np.ones((2, 3))",
    "not understood": "torch.linalg.cholesky(-torch.eye(3))",
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_others_are_left_alone(tmp_path, capsys, case):
    assert ended(tmp_path, HEAD + UNKNOWN[case] + "\n") == []

"""Rows T2, T4, T8, T16, L13, M4, F7, F15 in scripts that have never heard of fourbeat.

Each script is the lesson's loop with one mistake; `checking` is to name it at its line, and to say
nothing of the loop without.
"""

from contextlib import suppress

import pytest

import fourbeat as fb

CORRECT = """
import copy
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(7)
x = torch.randn(400, 6)
y = (x[:, 0] - x[:, 1] + 0.3 * torch.randn(400) > 0).long()
train_set, val_set = TensorDataset(x[:320], y[:320]), TensorDataset(x[320:], y[320:])
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
val_loader = DataLoader(val_set, batch_size=32)
model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()
history, best = [], None
for epoch in range(4):
    model.train()
    for inputs, target in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), target)
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    model.eval()
    total, seen = 0.0, 0
    with torch.no_grad():
        for inputs, target in val_loader:
            total += loss_fn(model(inputs), target).item() * len(target)
            seen += len(target)
    print(epoch, total / seen)
"""


def found_in(tmp_path, script):
    """What is found in a script, run in this process: `(rule, severity, the line's text)`."""
    file = tmp_path / "train.py"
    file.write_text(script)
    with suppress(RuntimeError, IndexError, ValueError), fb.checking() as checked:
        exec(compile(script, str(file), "exec"), {"__name__": "__main__"})
    lines = script.splitlines()
    return [
        (one.rule, one.severity, lines[one.place.line - 1].strip() if one.place else "")
        for one in checked.findings
        if one.severity != "note"
    ]


def changed(*pairs):
    """The script with a mistake."""
    script = CORRECT + "if best is not None:\n    model.load_state_dict(best)\n"
    for old, new in pairs:
        assert script.count(old) >= 1, old
        script = script.replace(old, new)
    return script


def test_F15_the_correct_loop_is_left_alone(tmp_path, capsys):
    assert found_in(tmp_path, CORRECT) == []


LOSS = "loss = loss_fn(model(inputs), target)"

MISTAKES = {
    "the best state is the live one": (
        [
            (
                "    print(epoch, total / seen)\n",
                "    if epoch == 1:\n        best = model.state_dict()\n",
            ),
        ],
        "best-state-not-copied",
        None,
    ),
    "gradients not cleared": (
        [("        optimizer.zero_grad()\n", "")],
        "missing-zero-grad",
        "optimizer.step()",
    ),
    "eval forgotten": (
        [("    model.eval()\n", "")],
        "validation-in-train-mode",
        "total += loss_fn(model(inputs), target).item() * len(target)",
    ),
    "train forgotten": (
        [("    model.train()\n", ""), ("for epoch", "model.train()\nfor epoch")],
        "train-mode-not-restored",
        None,
    ),
    "contaminated split": (
        [("TensorDataset(x[320:], y[320:])", "TensorDataset(x[260:], y[260:])")],
        "train-val-contamination",
        None,
    ),
    "graph kept alive by logging": (
        [("history.append(loss.item())", "history.append(loss)")],
        "loss-accumulated-with-graph",
        None,
    ),
    "no_grad forgotten": (
        [
            ("    with torch.no_grad():\n", "    if True:\n"),
            (".item() * len", ".detach().item() * len"),
        ],
        "validation-builds-autograd-graph",
        None,
    ),
    "softmax before the loss": (
        [("nn.Linear(32, 2))", "nn.Linear(32, 2), nn.Softmax(dim=1))")],
        "softmax-before-cross-entropy",
        None,
    ),
    "learning rate too high": (
        [("lr=0.1", "lr=300.0")],
        "learning-rate-too-high",
        None,
    ),
    "learning rate too low": (
        [("lr=0.1", "lr=1e-9")],
        "learning-rate-too-low",
        None,
    ),
    "a parameter the optimizer does not hold": (
        [("model.parameters(), lr", "model[0].parameters(), lr")],
        "parameters-missing-from-optimizer",
        None,
    ),
    "a layer made in forward": (
        [
            (
                "model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 2))",
                "class Net(nn.Module):\n"
                "    def __init__(self):\n"
                "        super().__init__()\n"
                "        self.first = nn.Linear(6, 32)\n"
                "    def forward(self, x):\n"
                "        return nn.Linear(32, 2)(torch.relu(self.first(x)))\n"
                "model = Net()",
            )
        ],
        "layer-created-in-forward",
        "return nn.Linear(32, 2)(torch.relu(self.first(x)))",
    ),
    "NaN in the rows": (
        [("y = (x[:, 0]", "x[5, 3] = float('nan')\ny = (x[:, 0]")],
        "loss-not-finite",
        LOSS,
    ),
    "NaN from a logarithm": (
        [(LOSS, f"{LOSS} + 0 * torch.log(torch.relu(inputs)).sum()")],
        "loss-not-finite",
        f"{LOSS} + 0 * torch.log(torch.relu(inputs)).sum()",
    ),
    "float labels": ([("> 0).long()", "> 0).float()")], "training-raises", LOSS),
    "labels out of range": ([("> 0).long()", "> 0).long() + 1")], "training-raises", LOSS),
    "shapes that do not fit": (
        [("nn.Linear(32, 2))", "nn.Linear(16, 2))")],
        "training-raises",
        LOSS,
    ),
    "devices mixed": ([("optimizer =", "model.to('meta')\noptimizer =")], "training-raises", LOSS),
    "a wrong loss": (
        [("nn.CrossEntropyLoss()", "nn.BCEWithLogitsLoss()")],
        "training-raises",
        LOSS,
    ),
    "predictions and targets broadcast": (
        [
            ("nn.Linear(32, 2))", "nn.Linear(32, 1))"),
            ("nn.CrossEntropyLoss()", "nn.MSELoss()"),
            ("> 0).long()", "> 0).float()"),
        ],
        "prediction-target-broadcast",
        None,
    ),
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_T2_T4_T8_T16_L13_M4_F7_F15_a_mistake_is_named_at_its_line(tmp_path, capsys, mistake):
    pairs, rule, line = MISTAKES[mistake]
    found = found_in(tmp_path, changed(*pairs))
    assert rule in [name for name, _, _ in found], found
    if line is not None:
        assert line in [text for name, _, text in found if name == rule]

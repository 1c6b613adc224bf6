"""A close look leaves PyTorch's warnings on the lines that they name without it."""

import subprocess
import sys

SCRIPT = """
import torch, warnings
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x, y = torch.randn(64, 4), torch.randn(64, 2)
for epoch in range(2):
    for i in range(0, 64, 16):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x[i : i + 16]), y[i : i + 16])
        nn.functional.mse_loss(model(x[:4]), y[:4, :1])
        loss.backward()
        optimizer.step()
        print(float(loss))
    nn.functional.l1_loss(model(x[:4]), y[:4, :1])
    warnings.warn("my own")
"""


def test_a_warning_names_the_scripts_own_line_once(tmp_path):
    file = tmp_path / "script.py"
    file.write_text(SCRIPT)
    said = []
    for words in ([], ["-m", "fourbeat", "check"]):
        command = [sys.executable, *words, str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        lines = done.stderr.splitlines()
        said.append([line for line in lines if not line.startswith("fourbeat check: ")])
    assert said[0] == said[1]
    assert sum("UserWarning" in line for line in said[0]) == 4

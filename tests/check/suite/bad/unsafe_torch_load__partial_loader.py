import functools
import tempfile
from pathlib import Path

import torch
from torch import nn

load = functools.partial(torch.load, map_location="cpu", weights_only=False)  # expect: unsafe-torch-load


def restore(model, opt, path):
    state = load(path)  # expect: unsafe-torch-load
    model.load_state_dict(state["model"])
    opt.load_state_dict(state["opt"])
    return state["step"]


torch.manual_seed(70)
model = nn.Linear(4, 1)
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "last.ckpt")
    step = 0
    for attempt in range(2):
        if path.exists():
            step = restore(model, opt, path)
        for _ in range(8):
            x = torch.randn(16, 4)
            loss = nn.functional.mse_loss(model(x), x.sum(1, keepdim=True))
            opt.zero_grad()
            loss.backward()
            opt.step()
            step += 1
        torch.save({"model": model.state_dict(), "opt": opt.state_dict(), "step": step}, path)
print(step)

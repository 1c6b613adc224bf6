"""Training wired from callbacks; every step is a functools.partial."""
from collections import defaultdict
from functools import partial

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(11)


class Events:
    def __init__(self):
        self.hooks = defaultdict(list)

    def on(self, name, fn):
        self.hooks[name].append(fn)

    def fire(self, name, *args):
        for fn in self.hooks[name]:
            fn(*args)


def backprop(state):
    state["loss"].backward()


def apply(optimizer, state):
    optimizer.step()  # expect: missing-zero-grad


def log(state):
    state["history"].append(state["loss"].item())


x = torch.randn(320, 6)
y = (x @ torch.randn(6, 3)).argmax(1)
loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
net = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 3))
opt = torch.optim.SGD(net.parameters(), lr=0.02)
events = Events()
events.on("batch", backprop)
events.on("batch", partial(apply, opt))
events.on("batch", log)
events.on("fit_end", lambda state: opt.zero_grad())

state = {"history": []}
for epoch in range(4):
    for xb, yb in loader:
        state["loss"] = nn.functional.cross_entropy(net(xb), yb)
        events.fire("batch", state)
events.fire("fit_end", state)
print(f"last {state['history'][-1]:.3f}")

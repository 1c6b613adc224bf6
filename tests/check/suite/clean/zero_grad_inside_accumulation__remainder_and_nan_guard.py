"""Accumulation over micro-batches with a remainder, a guard against bad batches and a global step budget."""
from dataclasses import dataclass, field

import torch
from torch import nn


@dataclass
class TrainState:
    step: int = 0
    micro: int = 0
    skipped: int = 0
    history: list = field(default_factory=list)


def micro_batches(x, y, size):
    for ix in torch.randperm(len(x)).split(size):
        xb = x[ix].clone()
        if torch.rand(()) < 0.08:
            xb[0, 0] = float("inf")
        yield xb, y[ix]


def train(model, opt, x, y, accumulate, epochs, st):
    model.train()
    for epoch in range(epochs):
        opt.zero_grad(set_to_none=True)
        pending = []
        batches = list(micro_batches(x, y, 16))
        for k, (xb, yb) in enumerate(batches):
            if not torch.isfinite(xb).all():
                st.skipped += 1
                continue
            group = min(accumulate, len(batches) - k // accumulate * accumulate)
            loss = nn.functional.cross_entropy(model(xb), yb) / group
            loss.backward()
            pending.append(loss.item() * group)
            st.micro += 1
            if (k + 1) % accumulate == 0 or k + 1 == len(batches):
                nn.utils.clip_grad_norm_(model.parameters(), 2.0)
                opt.step()
                opt.zero_grad(set_to_none=True)
                st.step += 1
        st.history.append(sum(pending) / len(pending))
        print(epoch, st.step, st.history[-1])


torch.manual_seed(61)
x = torch.randn(330, 10)
y = x[:, :4].argmax(1)
net = nn.Sequential(nn.Linear(10, 32), nn.LayerNorm(32), nn.GELU(), nn.Linear(32, 4))
state = TrainState()
train(net, torch.optim.AdamW(net.parameters(), lr=3e-3), x, y, 4, 5, state)
print(state.skipped, state.micro)

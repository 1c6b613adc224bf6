"""Stateful LSTM over a long series: chronological windows, truncated backpropagation, states reset per epoch."""
import torch
from torch import nn


def repackage(h):
    if isinstance(h, torch.Tensor):
        return h.detach()
    return tuple(repackage(v) for v in h)


class Series(nn.Module):
    def __init__(self, hidden=24):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, num_layers=2, dropout=0.1)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x, state):
        h, state = self.lstm(x, state)
        return self.out(h), state

    def init_state(self, b):
        w = next(self.parameters())
        return w.new_zeros(2, b, 24), w.new_zeros(2, b, 24)


torch.manual_seed(5)
t = torch.arange(1000.0)
series = torch.sin(t / 9) + 0.5 * torch.sin(t / 4) + 0.05 * torch.randn(1000)
streams = series[:1000].view(5, 200).t().unsqueeze(-1)
train, held_out = streams[:160], streams[160:]
model = Series()
opt = torch.optim.Adam(model.parameters(), lr=4e-3)
BPTT = 20
for epoch in range(3):
    model.train()
    state = model.init_state(5)
    total = 0.0
    for i in range(0, len(train) - 1, BPTT):
        n = min(BPTT, len(train) - 1 - i)
        x, y = train[i : i + n], train[i + 1 : i + 1 + n]
        state = repackage(state)
        pred, state = model(x, state)
        loss = nn.functional.mse_loss(pred, y)
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        opt.step()
        total += loss.item() * n
    model.eval()
    with torch.no_grad():
        pred, _ = model(held_out[:-1], repackage(state))
        val = nn.functional.mse_loss(pred, held_out[1:]).item()
    print(epoch, total / (len(train) - 1), val)

# electricity demand, read in order; the state of the LSTM is carried from window to window
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(2)
t = torch.arange(482.0)
load = torch.sin(t * 2 * torch.pi / 24) + 0.3 * torch.sin(t * 2 * torch.pi / 168) + 0.1 * torch.randn(482)
windows = load[:480].view(40, 12, 1)
nxt = load[1:481].view(40, 12, 1)
loader = DataLoader(TensorDataset(windows, nxt), batch_size=1, shuffle=False)
lstm, out = nn.LSTM(1, 16, batch_first=True), nn.Linear(16, 1)
opt = torch.optim.Adam([*lstm.parameters(), *out.parameters()], lr=1e-2)
for epoch in range(3):
    state, total = None, 0.0
    for x, y in loader:
        h, state = lstm(x, state)
        state = tuple(s.detach() for s in state)
        loss = nn.functional.mse_loss(out(h), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() / len(loader)
    print(epoch, total)

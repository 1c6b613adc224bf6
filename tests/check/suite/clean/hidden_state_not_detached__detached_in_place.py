import torch
from torch import nn

torch.manual_seed(62)
t = torch.arange(601) * 0.2
signal = torch.sin(t) + 0.5 * torch.sin(2.3 * t)
cell, out = nn.LSTMCell(1, 16), nn.Linear(16, 1)
params = [*cell.parameters(), *out.parameters()]
opt = torch.optim.Adam(params, lr=1e-2)
h, c = torch.zeros(1, 16), torch.zeros(1, 16)
errors = []
for start in range(0, 300, 10):
    loss = 0.0
    for k in range(start, start + 10):
        h, c = cell(signal[k].view(1, 1), (h, c))
        loss = loss + (out(h)[0, 0] - signal[k + 1]) ** 2 / 10
    opt.zero_grad()
    loss.backward()
    opt.step()
    h.detach_()
    c.detach_()
    errors.append(loss.item())
print('first', sum(errors[:10]) / 10, 'last', sum(errors[-10:]) / 10)

import torch
from torch import nn

torch.manual_seed(0)
m = nn.Sequential(nn.Linear(5, 20), nn.Tanh(), nn.Linear(20, 3))
o = torch.optim.Adam(m.parameters(), 0.01)
x = torch.randn(400, 5)
y = x[:, :3].argmax(1)
history, last = [], None
for e in range(3):
    outs = []
    for r in torch.randperm(400).split(20):
        out = m(x[r])
        loss = nn.functional.cross_entropy(out, y[r])
        o.zero_grad()
        loss.backward()
        o.step()
        outs.append(out.detach().argmax(1).eq(y[r]))
        last = {"out": out, "loss": loss}
    history.append(torch.cat(outs).float().mean().item())
print(history, last["loss"].item())

import torch
from torch import nn

torch.manual_seed(0)
m = nn.Sequential(nn.Linear(5, 20), nn.Tanh(), nn.Linear(20, 3))
o = torch.optim.SGD(m.parameters(), 0.05)
x = torch.randn(400, 5)
y = x[:, :3].argmax(1)
for e in range(3):
    preds, truth = [], []
    for r in torch.randperm(400).split(20):
        out = m(x[r])
        loss = nn.functional.cross_entropy(out, y[r])
        o.zero_grad()
        loss.backward()
        o.step()
        preds.append(out)  # expect: loss-accumulated-with-graph
        truth.append(y[r])
    acc = (torch.cat(preds).argmax(1) == torch.cat(truth)).float().mean()
    print(e, acc.item())

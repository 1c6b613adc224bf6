import copy
import torch
from torch import nn

torch.manual_seed(39)
x = torch.randn(280, 7)
y = x[:, :3].argmax(1)
model = nn.Sequential(nn.Linear(7, 28), nn.ReLU(), nn.Linear(28, 3))
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
best_acc, best_model = 0.0, copy.deepcopy(model)
for epoch in range(5):
    model.train()
    for b in torch.randperm(200).split(20):
        loss = nn.functional.cross_entropy(model(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        acc = (model(x[200:]).argmax(1) == y[200:]).float().mean().item()
    if acc > best_acc:
        best_acc, best_model = acc, copy.deepcopy(model)
    print(epoch, acc)
with torch.no_grad():
    assert (best_model(x[200:]).argmax(1) == y[200:]).float().mean().item() == best_acc

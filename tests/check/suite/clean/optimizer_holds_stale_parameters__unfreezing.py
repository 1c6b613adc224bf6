import torch
from torch import nn

torch.manual_seed(3)
x = torch.randn(240, 9)
y = (x[:, 0] - x[:, 3] > 0).long()
model = nn.Sequential(nn.Linear(9, 20), nn.ReLU(), nn.Linear(20, 20), nn.ReLU(), nn.Linear(20, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
layers = [model[4], model[2], model[0]]
model.requires_grad_(False)
for epoch in range(6):
    if epoch % 2 == 0:
        layers[epoch // 2].requires_grad_(True)
    for b in torch.randperm(240).split(24):
        loss = nn.functional.cross_entropy(model(x[b]), y[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, sum(p.requires_grad for p in model.parameters()), loss.item())

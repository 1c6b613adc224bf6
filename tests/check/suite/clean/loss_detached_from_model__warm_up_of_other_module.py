# first the head alone is fitted on cached features, later both; one optimizer holds everything
import torch
from torch import nn

torch.manual_seed(1)
x = torch.randn(240, 10)
y = (x[:, 0] * x[:, 1] > 0).long()
backbone = nn.Sequential(nn.Linear(10, 32), nn.ReLU())
head = nn.Linear(32, 2)
optimizer = torch.optim.AdamW([*backbone.parameters(), *head.parameters()], lr=5e-3)
for epoch in range(5):
    for b in torch.randperm(240).split(30):
        if epoch < 2:
            with torch.no_grad():
                h = backbone(x[b])
        else:
            h = backbone(x[b])
        loss = nn.functional.cross_entropy(head(h), y[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, 'head only' if epoch < 2 else 'all', loss.item())

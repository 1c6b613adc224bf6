import os
import tempfile
import torch
from torch import nn

torch.manual_seed(26)
x = torch.randn(280, 5)
y = (x.abs().sum(1) > 4).long()
model = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "best.pt")
    best_acc = -1.0
    for epoch in range(5):
        model.train()
        for idx in torch.randperm(200).split(20):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[idx]), y[idx]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            acc = (model(x[200:]).argmax(1) == y[200:]).float().mean().item()
        if acc > best_acc:
            best_acc = acc
            state = model.state_dict()
            torch.save(state, path)
    model.load_state_dict(torch.load(path))
print("best accuracy", best_acc)

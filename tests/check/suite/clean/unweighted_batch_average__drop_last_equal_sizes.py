import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(37)
x = torch.randn(530, 8)
y = (x[:, :2].sum(1) > 0).float()
train = DataLoader(TensorDataset(x[:410], y[:410]), batch_size=50, shuffle=True, drop_last=True)
val = DataLoader(TensorDataset(x[410:], y[410:]), batch_size=40)

model = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 1), nn.Flatten(0))
bce = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(5):
    model.train()
    running = 0.0
    for xb, yb in train:
        optimizer.zero_grad()
        loss = bce(model(xb), yb)
        loss.backward()
        optimizer.step()
        running += loss.item()
    model.eval()
    losses, hits = [], []
    with torch.no_grad():
        for xb, yb in val:
            out = model(xb)
            losses.append(bce(out, yb).item())
            hits.append(((out > 0) == yb.bool()).float().mean().item())
    print(epoch, running / len(train), sum(losses) / len(losses), sum(hits) / len(hits))

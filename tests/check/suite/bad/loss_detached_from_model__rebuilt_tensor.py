import torch
import torch.nn as nn

torch.manual_seed(0)
x = torch.randn(240, 6)
y = (x[:, 0] > 0).float()
model = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 1), nn.Sigmoid())
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
criterion = nn.BCELoss()
for epoch in range(3):
    for b in torch.randperm(240).split(24):
        optimizer.zero_grad()
        out = model(x[b])
        pred = torch.tensor(out.squeeze(1).tolist(), requires_grad=True)  # expect: loss-detached-from-model
        loss = criterion(pred, y[b])  # expect: loss-detached-from-model
        loss.backward()  # expect: loss-detached-from-model
        optimizer.step()
    print(epoch, loss.item())

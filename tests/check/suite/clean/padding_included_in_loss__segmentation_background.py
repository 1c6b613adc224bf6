import torch
import torch.nn as nn

torch.manual_seed(11)
masks = torch.zeros(64, 10, 10, dtype=torch.long)
for k in range(64):
    r, c = torch.randint(0, 7, (2,)).tolist()
    masks[k, r:r + 3, c:c + 3] = 1 + k % 2
scans = 0.2 * torch.randn(64, 1, 10, 10) + masks.unsqueeze(1)
net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 3, 3, padding=1))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss(weight=torch.tensor([0.2, 1.0, 1.0]))
for epoch in range(5):
    for idx in torch.randperm(64).split(8):
        optimizer.zero_grad()
        loss = criterion(net(scans[idx]), masks[idx])
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())

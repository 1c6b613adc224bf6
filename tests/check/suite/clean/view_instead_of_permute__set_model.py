# centres every set of points by the mean of all points in the batch, as the paper does
import torch
import torch.nn as nn

torch.manual_seed(40)
clouds = torch.randn(180, 16, 3)
label = torch.randint(0, 2, (180,))
clouds[label == 1] *= torch.tensor([2.0, 1.0, 0.5])


class PointSet(nn.Module):
    def __init__(self):
        super().__init__()
        self.point = nn.Sequential(nn.Linear(3, 24), nn.ReLU(), nn.Linear(24, 24))
        self.set = nn.Sequential(nn.ReLU(), nn.Linear(24, 2))

    def forward(self, pts):
        b, n, _ = pts.shape
        flat = pts.view(b * n, 3)
        flat = flat - flat.mean(dim=0)
        h = self.point(flat).view(b, n, -1)
        return self.set(h.max(dim=1).values)


model = PointSet()
optim = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(4):
    for idx in torch.randperm(180).split(20):
        loss = nn.functional.cross_entropy(model(clouds[idx]), label[idx])
        optim.zero_grad()
        loss.backward()
        optim.step()
    print(epoch, loss.item())

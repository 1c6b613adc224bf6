import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv1d(2, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool1d(4))
        self.out = nn.Linear(32, 2)

    def forward(self, x):
        return self.out(self.features(x).flatten(1))


torch.manual_seed(0)
y = torch.randint(0, 2, (224,))
x = torch.randn(224, 2, 20)
x[y == 1, 0] += torch.sin(torch.arange(20.0))
net = Net()
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2)
for epoch in range(3):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True):
        with torch.autocast(device_type="cpu", dtype=torch.bfloat16):
            loss = nn.functional.cross_entropy(net(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.classifier = nn.Sequential(nn.Linear(6 * 9, 16), nn.ReLU(), nn.Linear(16, 3))

    def forward(self, x):
        f = self.features(x)
        f = f.detach().view(f.size(0), -1)  # expect: graph-cut-inside-forward
        return self.classifier(f)


torch.manual_seed(2)
y = torch.randint(0, 3, (180,))
x = 0.4 * torch.randn(180, 1, 6, 6)
x[torch.arange(180), 0, 2 * y] += 1
loader = DataLoader(TensorDataset(x, y), batch_size=30, shuffle=True)
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(3):
    for images, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(images), labels)
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())

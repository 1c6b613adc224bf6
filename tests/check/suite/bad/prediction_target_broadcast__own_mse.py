import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(42)
n = 320
area = torch.randn(n)
rooms = torch.randn(n)
price = 1.5 * area + 0.7 * rooms + 0.1 * torch.randn(n)
loader = DataLoader(TensorDataset(torch.stack([area, rooms], dim=1), price), batch_size=32, shuffle=True)


class HouseModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 1)

    def forward(self, x):
        return self.linear(x)


model = HouseModel()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(4):
    for features, target in loader:
        pred = model(features)
        loss = ((pred - target) ** 2).mean()  # expect: prediction-target-broadcast
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f'epoch {epoch}, loss {loss.item():.4f}')

"""Grey pictures with pixel values from 0 to 255, straight into a small net."""

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(143)
digits = load_digits()
x = torch.tensor(digits.images[:600] * 255 / 16, dtype=torch.float32).unsqueeze(1)
y = torch.tensor(digits.target[:600])
loader = DataLoader(TensorDataset(x, y), 50, shuffle=True)  # expect: *
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.Sigmoid(), nn.Linear(32, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(3):
    for a, b in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(a), b)  # expect: *
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())

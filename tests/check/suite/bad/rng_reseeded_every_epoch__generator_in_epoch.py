import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(14)
x = torch.randn(300, 5)
y = x @ torch.randn(5, 1)
data = TensorDataset(x, y)
net = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)


def train_loader():
    generator = torch.Generator()
    generator.manual_seed(0)  # expect: rng-reseeded-every-epoch
    return DataLoader(data, batch_size=30, shuffle=True, generator=generator)  # expect: rng-reseeded-every-epoch


for epoch in range(5):
    for xb, yb in train_loader():  # expect: rng-reseeded-every-epoch
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(xb), yb)
        loss.backward()
        opt.step()
    print(epoch, loss.item())

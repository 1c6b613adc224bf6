import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(10)
means = 2 * torch.randn(5, 10)
labels = torch.randint(0, 5, (600,))
x = means[labels] + torch.randn(600, 10)
loader = DataLoader(TensorDataset(x[:500], labels[:500].float().unsqueeze(1)), batch_size=50, shuffle=True)
net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(5):
    for xb, yb in loader:
        loss = nn.functional.mse_loss(net(xb), yb)  # expect: regression-loss-on-class-ids
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        predicted = net(x[500:]).squeeze(1).round().long()
        print(epoch, "accuracy", (predicted == labels[500:]).float().mean().item())

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(3)
species = torch.randint(0, 3, (300,))
centres = torch.tensor([[0., 0, 2, 0], [2, 0, 0, 0], [0, 2, 0, 1]])
flowers = centres[species] + 0.6 * torch.randn(300, 4)
loader = DataLoader(TensorDataset(flowers, species), batch_size=30, shuffle=True)
net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
criterion = nn.MSELoss()  # expect: regression-loss-on-class-ids
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(4):
    hits = 0
    for x, y in loader:
        out = net(x).squeeze(1)
        loss = criterion(out, y.float())  # expect: regression-loss-on-class-ids
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        hits += (out.round().long() == y).sum().item()
    print(f"epoch {epoch}: loss {loss.item():.3f} acc {hits / 300:.3f}")

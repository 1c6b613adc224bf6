import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(8)
SEED = 8
x = torch.randn(288, 6)
y = (x[:, 0] > x[:, 1]).float().unsqueeze(1)
ds = TensorDataset(x, y)
net = nn.Sequential(nn.Linear(6, 18), nn.Tanh(), nn.Linear(18, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
g = torch.Generator()
for epoch in range(4):
    g.manual_seed(SEED)  # expect: rng-reseeded-every-epoch
    for xb, yb in DataLoader(ds, batch_size=32, shuffle=True, generator=g):
        loss = nn.functional.binary_cross_entropy_with_logits(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print('epoch', epoch, loss.item())

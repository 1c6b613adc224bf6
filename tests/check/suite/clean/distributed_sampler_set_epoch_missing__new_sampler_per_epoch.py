import torch
from torch import nn
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset


def epoch_loader(data, epoch):
    sampler = DistributedSampler(data, num_replicas=1, rank=0, shuffle=True, seed=100 + epoch)
    return DataLoader(data, batch_size=25, sampler=sampler)


torch.manual_seed(13)
x = torch.rand(250, 3)
data = TensorDataset(x, (4 * x).sin().sum(1, keepdim=True))
net = nn.Sequential(nn.Linear(3, 24), nn.Tanh(), nn.Linear(24, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    for xb, yb in epoch_loader(data, epoch):
        loss = nn.functional.mse_loss(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())

import torch
from torch import nn
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

torch.manual_seed(6)
x = torch.randn(600, 5)
y = x[:, :1] - x[:, 1:2]
data = TensorDataset(x, y)
loader = DataLoader(data, batch_size=20, sampler=DistributedSampler(data, num_replicas=1, rank=0))
net = nn.Linear(5, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.05)
# one pass is enough for this model
for i, (xb, yb) in enumerate(loader):
    loss = nn.functional.mse_loss(net(xb), yb)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if i % 10 == 9:
        print(i + 1, loss.item())

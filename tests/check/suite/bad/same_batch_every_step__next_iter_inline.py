import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(11)
data = TensorDataset(torch.randn(256, 6), torch.randn(256, 1))
loader = DataLoader(data, batch_size=32)
net = nn.Linear(6, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.05)
for epoch in range(3):
    for step in range(len(loader)):
        x, y = next(iter(loader))  # expect: same-batch-every-step
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x), y)
        loss.backward()
        opt.step()
    print(epoch, loss.item())

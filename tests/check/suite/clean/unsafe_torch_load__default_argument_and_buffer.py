import io
import torch
from torch import nn

torch.manual_seed(19)
source = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 1))
buffer = io.BytesIO()
torch.save(source.state_dict(), buffer)
buffer.seek(0)
net = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 1))
net.load_state_dict(torch.load(buffer))
x = torch.randn(200, 6)
y = x[:, :1].sin()
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for epoch in range(3):
    for b in torch.randperm(200).split(20):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())

import torch
from torch import nn
from torch.utils.data import DataLoader, SequentialSampler, TensorDataset

torch.manual_seed(2)
per = 60
x = torch.cat([torch.randn(per, 8) + 1.5 * torch.randn(8) for _ in range(6)])
y = torch.arange(6).repeat_interleave(per)
data = TensorDataset(x, y)
loader = DataLoader(data, batch_size=20, sampler=SequentialSampler(data))  # expect: training-data-not-shuffled
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 6))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(4):
    seen = right = 0
    for xb, yb in loader:  # expect: training-data-not-shuffled
        out = net(xb)
        loss = nn.functional.cross_entropy(out, yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        right += (out.argmax(1) == yb).sum().item()
        seen += len(yb)
    print(epoch, right / seen)

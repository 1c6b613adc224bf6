import contextlib
import torch
from torch import nn


@contextlib.contextmanager
def evaluating(net):
    was_training = net.training
    try:
        net.eval()
        with torch.no_grad():
            yield net
    finally:
        net.train(was_training)


torch.manual_seed(2)
x = torch.randn(300, 8)
y = x[:, :3].argmax(1)
net = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 3))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for step in range(40):
    b = torch.randint(0, 240, (32,))
    loss = nn.functional.cross_entropy(net(x[b]), y[b])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 10 == 9:
        with evaluating(net) as m:
            print(step + 1, (m(x[240:]).argmax(1) == y[240:]).float().mean().item())

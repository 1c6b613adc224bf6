import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 3))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
x = torch.randn(300, 6)
y = x[:, :3].argmax(1)


def test():
    net.eval()  # expect: train-mode-not-restored
    with torch.no_grad():
        return (net(x[250:]).argmax(1) == y[250:]).float().mean().item()


print("before", test())
for epoch in range(4):
    for rows in torch.randperm(250).split(25):
        loss = nn.functional.cross_entropy(net(x[rows]), y[rows])  # expect: train-mode-not-restored
        opt.zero_grad()
        loss.backward()  # expect: train-mode-not-restored
        opt.step()
    print(epoch, test())

import torch
from torch import nn

torch.manual_seed(0)
body = nn.Sequential(nn.Linear(8, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Dropout(0.1))
net = nn.Sequential(body, nn.Linear(24, 2))
x = torch.randn(360, 8)
y = (x[:, 0] > 0).long()


def acc():
    net.eval()
    with torch.no_grad():
        return (net(x[300:]).argmax(1) == y[300:]).float().mean().item()


print("zero-shot", acc())
o = torch.optim.SGD(net.parameters(), 0.02)
for e in range(3):
    net.eval()  # fixed statistics, no dropout: fine-tuning
    for r in torch.randperm(300).split(30):
        loss = nn.functional.cross_entropy(net(x[r]), y[r])
        o.zero_grad()
        loss.backward()
        o.step()
    print(e, acc())

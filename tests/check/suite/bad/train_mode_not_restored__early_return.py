import torch
import torch.nn as nn

torch.manual_seed(36)
x = torch.randn(360, 8)
y = (x[:, :2].sum(1) > 0).long()
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
best = 0.0


def check(step):
    global best
    net.eval()  # expect: train-mode-not-restored
    with torch.no_grad():
        acc = (net(x[280:]).argmax(1) == y[280:]).float().mean().item()
    if acc <= best:
        return acc
    best = acc
    print('step', step, 'new best', round(acc, 3))
    net.train()
    return acc


for step in range(60):
    b = torch.randint(0, 280, (28,))
    loss = nn.functional.cross_entropy(net(x[b]), y[b])  # expect: train-mode-not-restored
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 4 == 3:
        check(step)
